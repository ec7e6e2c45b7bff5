// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import PXE
import Simulators
import Synchronization

/// Real boot services on loopback and machines that use them.
final class Lab: Sendable {
    let scratch: Scratch
    let control = FakeControl()
    let table = BootTable()
    let server: PXEServer
    private static let nextSubnet = Mutex<UInt8>(1)
    private let subnet: IPv4Subnet

    init() async throws {
        scratch = try Scratch()
        let number = Self.nextSubnet.withLock { value in
            defer { value += 1 }
            return value
        }
        guard let all = IPv4Subnet("127.0.0.0/8"), let own = IPv4Subnet("127.\(100 + number).0.0/16") else {
            throw TimedOut(what: "a subnet")
        }
        subnet = own
        let configuration = PXEConfiguration(
            serverAddress: .loopback, subnet: all, dhcpPort: 0, tftpPort: 0, httpPort: 0)
        let control = control
        server = PXEServer(
            configuration: configuration, table: table, leaseStore: MemoryLeases(),
            onAgentRequest: { control.answer($0) },
            onEvent: { event in control.events.withLock { $0.append(event) } })
        try await server.start()
    }

    /// Services that take over the ports of the present ones, which have to be stopped first.
    func replacement() throws -> PXEServer {
        guard let ports = server.ports else { throw TimedOut(what: "ports") }
        var configuration = server.configuration
        configuration.dhcpPort = ports.dhcp
        configuration.tftpPort = ports.tftp
        configuration.httpPort = ports.http
        let control = control
        return PXEServer(
            configuration: configuration, table: table, leaseStore: MemoryLeases(),
            onAgentRequest: { control.answer($0) },
            onEvent: { event in control.events.withLock { $0.append(event) } })
    }

    /// Configurations for machines that use these services.
    func machines(
        _ count: Int = 1, _ adjust: (inout MachineConfiguration) -> Void = { _ in }
    ) throws -> [MachineConfiguration] {
        guard let ports = server.ports else { throw TimedOut(what: "ports") }
        var plan = FleetPlan(directory: scratch.path, subnet: subnet)
        plan.count = count
        plan.name = "m"
        plan.diskBytes = 64 << 20
        return try plan.machines { machine in
            machine.dhcpPort = ports.dhcp
            machine.tftpPort = ports.tftp
            machine.timing.post = .milliseconds(20)
            machine.timing.bootRetry = .milliseconds(300)
            machine.timing.dhcpWaits = [.milliseconds(300), .milliseconds(300)]
            machine.timing.agentPause = (first: .milliseconds(20), longest: .milliseconds(100))
            machine.timing.longestSleep = .milliseconds(50)
            adjust(&machine)
        }
    }

    /// Orders an installation on a machine.
    ///
    /// - Returns: the token.
    @discardableResult
    func order(
        on machine: MachineConfiguration, image: [UInt8], compression: String = "none", extra: String = "",
        networkConfig: String = "version: 2\nethernets:\n  e0:\n    dhcp4: true\n"
    ) throws -> String {
        let token = "token-\(machine.name)-\(UUID().uuidString)"
        var order = FakeControl.Order()
        order.imagePath = try scratch.write("\(token).image", image)
        order.plan = """
            plan=1
            image.size=\(image.count)
            image.sha256=\(Self.digest(image))
            image.compression=\(compression)
            \(extra)
            seed.files=user-data meta-data network-config

            """
        let http = server.ports?.http ?? 0
        order.answers = [
            "user-data": "#cloud-config\nphone_home:\n  url: http://127.0.0.1:\(http)/hello/\(token)\n  post: all\n",
            "meta-data": "instance-id: i-1\nlocal-hostname: host1\n", "network-config": networkConfig,
        ]
        control[token] = order
        let install = InstallBoot(
            token: token, kernel: try scratch.write("\(token).kernel", [1, 2, 3]),
            initrd: try scratch.write("\(token).initrd", [4, 5, 6]),
            commandLine: "console=ttyS0 ingot.server=http://127.0.0.1:\(http) ingot.token=\(token)")
        try table.set(
            EnrolledClient(mac: machine.mac, address: machine.address, hostname: nil, directive: .install(install)))
        return token
    }

    /// Makes a machine one that boots from its disk.
    func setLocal(_ machine: MachineConfiguration) throws {
        try table.set(EnrolledClient(mac: machine.mac, address: machine.address, directive: .local))
    }

    /// The lower-case SHA-256.
    static func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Bytes that do not compress.
    static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }
}

/// Runs a body with machines and stops them and the services afterwards, whatever happens.
func withLab(
    machines adjust: (inout MachineConfiguration) -> Void = { _ in }, count: Int = 1,
    _ body: (Lab, [SimulatedMachine]) async throws -> Void
) async throws {
    let lab = try await Lab()
    do {
        let fleet = try await SimulatedFleet.start(try lab.machines(count, adjust))
        do {
            try await body(lab, fleet.machines)
        } catch {
            await fleet.stop()
            throw error
        }
        await fleet.stop()
    } catch {
        await lab.server.stop()
        throw error
    }
    await lab.server.stop()
}
