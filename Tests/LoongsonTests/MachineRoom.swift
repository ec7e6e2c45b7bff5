// SPDX-License-Identifier: GPL-3.0-or-later
import BMCModel
import Foundation
import Host
import Logging
import OutletSimulator
import PMONSimulator
import PXE
import PluginTesting
import Testing

/// A PMON board on outlet 5 of a PDU, Ingot's boot server beside it, and the built driver in a worker of its own.
struct MachineRoom {
    static let images = "/usr/lib/debian-installer/images/12/mips64el/loongson-3"
    static let time = Duration.seconds(240)

    let machine: PMONMachine
    let pdu: OutletServer
    let host: PluginHost
    /// Address of the board's network interface.
    let address: IPv4Address
    let folder: String

    struct Failure: Error { var text: String }

    /// Runs the body in a room and tidies up. What the console showed is told with a failure.
    static func run(_ body: (MachineRoom) async throws -> Void) async throws {
        try await adjusting { _ in
        } run: {
            try await body($0)
        }
    }

    /// The same with another board.
    static func adjusting(
        _ adjust: (inout PMONMachine.Configuration) -> Void, run body: (MachineRoom) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/ingot-loongson-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder + "/plugins", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let kernel = try #require(
            try FileManager.default.contentsOfDirectory(atPath: images).first { $0.hasPrefix("vmlinuz-") })
        let address = IPv4Address(127, .random(in: 1...250), .random(in: 1...250), .random(in: 2...250))
        let table = BootTable()
        try table.set(EnrolledClient(mac: MACAddress(value: 0x5254_0012_3456), address: address))
        let server = PXEServer(
            configuration: PXEConfiguration(
                serverAddress: .init(127, 0, 0, 1), subnet: try #require(IPv4Subnet("127.0.0.0/8")), dhcpPort: 0,
                tftpPort: 0, httpPort: 0,
                files: ["vmlinuz": "\(images)/\(kernel)", "initrd.gz": "\(images)/initrd.gz"]),
            table: table, leaseStore: NoLeases(), onAgentRequest: { _ in AgentResponse(status: 404) }, onEvent: { _ in }
        )
        try await server.start()
        var configuration = PMONMachine.Configuration(directory: folder + "/machine")
        configuration.settings.timing = .quick
        configuration.tftpPort = try #require(server.ports).tftp
        adjust(&configuration)
        let machine = try await PMONMachine.start(configuration)
        let pdu = try await OutletServer.start(.init(), outlets: [5: SharedChassis(Chassis())]) { outlet, isOn in
            if outlet == 5 { machine.setOutlet(on: isOn) }
        }
        let room = MachineRoom(
            machine: machine, pdu: pdu, host: try host(folder + "/plugins"), address: address, folder: folder)
        do {
            try await body(room)
        } catch {
            Issue.record("\(error); the console: \(machine.consoleText.suffix(2_000))")
        }
        await room.host.shutdown()
        await machine.stop()
        await pdu.stop()
        await server.stop()
    }

    /// The driver, installed by the project's own script.
    private static func host(_ plugins: String) throws -> PluginHost {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let built = URL(filePath: program).deletingLastPathComponent()
        let install = try Process.run(
            URL(filePath: "/bin/sh"),
            arguments: [
                package + "/Plugins/install-plugin.sh", built.appending(path: "libingot-loongson.so").path,
                package + "/Plugins/Loongson/plugin.json.in", plugins,
            ])
        install.waitUntilExit()
        guard install.terminationStatus == 0 else { throw Failure(text: "the plugin could not be installed") }
        return PluginHost(
            configuration: .init(
                directories: [plugins], workerPath: built.appending(path: "ingot-worker").path),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), onEvent: { _ in })
    }

    /// The configuration of a board whose serial port is at a URL.
    func configuration(console: String? = nil, _ more: [String: any Sendable] = [:]) throws -> String {
        let members: [String: any Sendable] = [
            "kind": "pmon", "console": console ?? "tcp://127.0.0.1:\(machine.consolePort)",
            "outlet": [
                "host": "127.0.0.1", "port": pdu.port, "model": "apc-rpdu", "outlets": ["5"], "off_seconds": 1,
            ] as [String: any Sendable],
            "pmon": ["character_ms": 0, "start_seconds": 4, "prompt_seconds": 12, "kernel_seconds": 120]
                as [String: Int],
            "network_boot": [
                "interface": "eth0", "address": "\(address)", "kernel": "tftp://127.0.0.1/vmlinuz",
                "initrd": "tftp://127.0.0.1/initrd.gz", "arguments": "console=ttyS0,115200 rdinit=/bin/sh",
            ] as [String: String],
        ]
        let data = try JSONSerialization.data(withJSONObject: members.merging(more) { $1 })
        return String(decoding: data, as: UTF8.self)
    }

    /// The board, opened in the driver.
    func device(console: String? = nil, password: String? = nil, _ more: [String: any Sendable] = [:]) throws -> Device
    {
        var secrets = ["community": Secret("private")]
        if let password { secrets["firmware_password"] = Secret(password) }
        return try host.device(
            name: "board", driver: "dev.ingot.loongson", configJSON: configuration(console: console, more),
            secrets: secrets)
    }

    /// The error of a call that must fail.
    func failure(_ body: () async throws -> Void) async throws -> DriverError {
        do {
            try await body()
        } catch let error as DriverError {
            return error
        }
        throw Failure(text: "nothing failed")
    }
}

private actor NoLeases: LeaseStore {
    func leases() -> [DHCPLease] { [] }
    func save(_ leases: [DHCPLease]) {}
}

/// What a descriptor of a console has shown, read on a thread of its own until it ends.
func shown(by descriptor: Int32, until text: String, seconds: Double) async -> String {
    await onOwnThread {
        var seen: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 100) > 0 else { continue }
            let count = read(descriptor, &buffer, buffer.count)
            if count <= 0 { break }
            seen += buffer.prefix(count)
            if String(decoding: seen, as: UTF8.self).contains(text) { break }
        }
        return String(decoding: seen, as: UTF8.self)
    }
}
