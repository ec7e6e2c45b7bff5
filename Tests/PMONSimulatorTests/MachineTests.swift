// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import NIOCore
import NIOPosix
import OutletSimulator
import PMONSimulator
import PXE
import Synchronization
import Testing

/// The machine with its sockets: Ingot's own TFTP server, and the genuine Loongson-3 kernel of Debian in QEMU.
@Suite struct MachineTests {
    @Test func bootsDebiansKernelOverTFTP() async throws {
        try await Lab.run { lab in
            let machine = lab.machine
            #expect(!machine.status.isOn)
            machine.setOutlet(on: true)
            #expect(machine.status.isOn)
            try #require(await machine.waitForConsole("Press any other key to abort.", seconds: 20))
            machine.type("x")
            try #require(await machine.waitForConsole("PMON> ", seconds: 20))
            machine.type("ifaddr eth0 \(lab.address)\r")
            machine.type("load tftp://127.0.0.1/nothing\r")
            try #require(await machine.waitForConsole("nothing: No such file or directory", seconds: 20))
            machine.type("load tftp://127.0.0.1/vmlinuz\r")
            try #require(await machine.waitForConsole("Entry address is 81490000", seconds: 60))
            machine.type("initrd tftp://127.0.0.1/initrd.gz\r")
            try #require(await machine.waitForConsole("(bin)", seconds: 60))
            machine.type("g console=ttyS0,115200 rdinit=/bin/sh\r")
            try #require(await machine.waitForConsole("Linux version 6.1", seconds: 120))
            try #require(await machine.waitForConsole("Kernel command line: ", seconds: 120))
            #expect(machine.consoleText.contains("console=ttyS0,115200 rdinit=/bin/sh"))
            try #require(await machine.waitForConsole("/bin/sh: can't access tty", seconds: 240))
            let emulator = try #require(machine.status.emulator)
            machine.type("poweroff -f\r")
            while machine.status.isOn { try await Task.sleep(for: .milliseconds(20)) }
            #expect(machine.status.hasOutletPower && machine.status.starts == 1)
            #expect(machine.consoleText.contains("reboot: Power down"))
            #expect(kill(emulator, 0) != 0)
            // A magic packet starts what the outlet cannot start again.
            machine.wake()
            #expect(machine.status.isOn && machine.status.starts == 2)
            await machine.stop()
            let recorded = try String(
                decoding: Data(contentsOf: URL(fileURLWithPath: lab.folder + "/console.log")), as: UTF8.self)
            #expect(recorded.contains("Linux version 6.1"))
        }
    }

    @Test func noPowerKillsTheSystem() async throws {
        try await Lab.run { lab in
            let machine = lab.machine
            try await lab.start("g console=ttyS0,115200")
            try #require(await machine.waitForConsole("Linux version 6.1", seconds: 120))
            let emulator = try #require(machine.status.emulator)
            machine.setOutlet(on: false)
            #expect(!machine.status.isOn && machine.status.emulator == nil)
            while kill(emulator, 0) == 0 { try await Task.sleep(for: .milliseconds(10)) }
            machine.setOutlet(on: true)
            try #require(await machine.waitForConsole("PMON2000", seconds: 20))
        }
    }

    @Test func clientsShareTheConsole() async throws {
        try await Lab.run { lab in
            let (first, second) = (try await Client.connect(lab.machine), try await Client.connect(lab.machine))
            lab.machine.setOutlet(on: true)
            for client in [first, second] { try await client.wait("Press any other key") }
            first.type("x")
            try await second.wait("PMON> ")
            second.type("set foo bar\r")
            try await first.wait("set foo bar\r\nPMON> ")
            first.close()
            second.type("env foo\r")
            try await second.wait("foo = bar")
            await lab.machine.stop()
            // The environment is on disk.
            let again = try await PMONMachine.start(lab.machine.configuration)
            #expect(again.environment["foo"] == "bar")
            await again.stop()
        }
    }
}

/// A machine on an outlet.
@Suite struct OutletFedTests {
    @Test func theOutletIsNotTheMachine() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/ingot-pmon-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var configuration = PMONMachine.Configuration(directory: folder)
        configuration.settings.timing = .quick
        configuration.emulator = nil
        configuration.disk["/dev/fs/ext2@wd0/boot/vmlinux"] = try Lab.kernel
        let outlet = FaultyChassis(SharedChassis(Chassis()), faults: FaultInjector())
        let rack = try await OutletFedMachine.start(configuration, chassis: outlet)
        @Sendable func order(_ number: Int) throws {
            let object = "1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.1"
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/snmpset")
            process.arguments = ["-v2c", "-c", "private", "127.0.0.1:\(rack.pdu.port)", object, "i", "\(number)"]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        try await onThread { try order(1) }
        try #require(await rack.machine.waitForConsole("Press any other key", seconds: 20))
        rack.machine.type("\r")
        try #require(await rack.machine.waitForConsole("Linux version (not run", seconds: 20))
        try await onThread { try order(2) }
        try await wait { !rack.machine.status.isOn }
        // The outlet comes on, and the machine hangs.
        outlet.faults.set([try Fault("firmware-hang:0")])
        try await onThread { try order(1) }
        try await wait { rack.machine.status.hasOutletPower }
        #expect(rack.machine.status.isOn && outlet.power == .on)
        outlet.faults.set([])
        rack.losePower()
        #expect(!rack.machine.status.isOn && outlet.power == .off)
        await rack.stop()
    }

    private func wait(_ condition: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while !condition(), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(10)) }
        #expect(condition())
    }

    /// Blocking work is not done on the pool that the tests share.
    private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }
}

/// A machine beside Ingot's boot server.
private struct Lab {
    static let images = "/usr/lib/debian-installer/images/12/mips64el/loongson-3"

    static var kernel: String {
        get throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: images)
            let name = try #require(
                names.first { $0.hasPrefix("vmlinuz-") }, "debian-installer-12-netboot-mips64el is not installed")
            return "\(images)/\(name)"
        }
    }

    let machine: PMONMachine
    let address: IPv4Address
    let folder: String

    static func run(_ body: (Lab) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/ingot-pmon-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let address = IPv4Address(127, .random(in: 1...250), .random(in: 1...250), .random(in: 2...250))
        let kernel = try kernel
        let table = BootTable()
        try table.set(EnrolledClient(mac: MACAddress(value: 0x5254_0012_3456), address: address))
        let server = PXEServer(
            configuration: PXEConfiguration(
                serverAddress: .init(127, 0, 0, 1), subnet: try #require(IPv4Subnet("127.0.0.0/8")), dhcpPort: 0,
                tftpPort: 0, httpPort: 0,
                files: ["vmlinuz": kernel, "initrd.gz": "\(images)/initrd.gz"]),
            table: table, leaseStore: NoLeases(), onAgentRequest: { _ in AgentResponse(status: 404) }, onEvent: { _ in }
        )
        try await server.start()
        var configuration = PMONMachine.Configuration(directory: folder)
        configuration.settings.timing = .quick
        configuration.tftpPort = try #require(server.ports).tftp
        let machine = try await PMONMachine.start(configuration)
        do {
            try await body(Lab(machine: machine, address: address, folder: folder))
        } catch {
            Issue.record("\(error); the console: \(machine.consoleText.suffix(2_000))")
        }
        await machine.stop()
        await server.stop()
    }

    /// From power to a kernel with these arguments.
    func start(_ command: String) async throws {
        machine.setOutlet(on: true)
        try #require(await machine.waitForConsole("Press any other key to abort.", seconds: 20))
        machine.type("x")
        try #require(await machine.waitForConsole("PMON> ", seconds: 20))
        machine.type("ifaddr eth0 \(address)\r")
        machine.type("load tftp://127.0.0.1/vmlinuz\r")
        try #require(await machine.waitForConsole("Entry address is", seconds: 60))
        machine.type(command + "\r")
    }
}

private actor NoLeases: LeaseStore {
    func leases() -> [DHCPLease] { [] }
    func save(_ leases: [DHCPLease]) {}
}

/// A TCP client of a console.
private final class Client: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let seen = Mutex("")
    private let channel = Mutex<(any Channel)?>(nil)

    static func connect(_ machine: PMONMachine) async throws -> Client {
        let client = Client()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(client) }
            .connect(host: "127.0.0.1", port: machine.consolePort).get()
        client.channel.withLock { $0 = channel }
        return client
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(decoding: unwrapInboundIn(data).readableBytesView, as: UTF8.self)
        seen.withLock { $0 += text }
    }

    func type(_ text: String) {
        channel.withLock { $0 }?.writeAndFlush(ByteBuffer(string: text), promise: nil)
    }

    func close() { channel.withLock { $0 }?.close(promise: nil) }

    func wait(_ text: String) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            if seen.withLock({ $0.contains(text) }) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the console does not show \(text): \(seen.withLock { $0 })")
    }
}
