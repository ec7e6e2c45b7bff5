// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE
import Synchronization
import Testing

/// A network of its own: one end on this host, the other in a network namespace or at a tap for a virtual machine.
struct NetworkLab {
    /// True when interfaces and namespaces can be made.
    static var isPossible: Bool { geteuid() == 0 && Command.exists("ip") }

    let namespace: String?
    let interface: String
    let serverAddress: IPv4Address
    let clientAddress: IPv4Address
    let subnet: IPv4Subnet
    let table = BootTable()
    let store = MemoryLeaseStore()
    let log = EventLog()
    let server: PXEServer
    let folder: URL

    enum Kind {
        /// A veth pair whose other end is `eth0` in a namespace.
        case namespace
        /// A tap.
        case tap
    }

    /// Makes the network, starts a server on it, runs `body`, and takes everything away again.
    static func run(
        _ kind: Kind, _ directive: BootDirective, _ body: (NetworkLab) async throws -> Void
    ) async throws {
        let lab = try NetworkLab(kind)
        do {
            try await lab.build(kind)
            try lab.table.set(
                EnrolledClient(
                    mac: Fixture.mac, address: lab.clientAddress, hostname: "node-1", directive: directive))
            try await lab.server.start()
            try await body(lab)
        } catch {
            await lab.tearDown()
            throw error
        }
        await lab.tearDown()
    }

    private static let numbers = Mutex(UInt8.random(in: 1...254))

    private init(_ kind: Kind) throws {
        // Labs of one process run side by side: each has a number of its own.
        let number = Self.numbers.withLock { last in
            last = last % 254 + 1
            return last
        }
        let name = "\(getpid() % 100_000)x\(number)"
        interface = "igt\(name)"
        if case .namespace = kind { namespace = "ingot-pxe-\(name)" } else { namespace = nil }
        // 198.18.0.0/15 is for benchmarks of interconnected networks (RFC 2544); nobody routes it.
        serverAddress = IPv4Address(198, 18, number, 1)
        clientAddress = IPv4Address(198, 18, number, 10)
        subnet = try #require(IPv4Subnet(containing: serverAddress, prefixLength: 24))
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-lab-\(name)")
        server = PXEServer(
            configuration: PXEConfiguration(
                interface: interface, serverAddress: serverAddress, subnet: subnet, router: serverAddress,
                leaseSeconds: 600),
            table: table, leaseStore: store, onAgentRequest: { _ in AgentResponse(status: 204) },
            onEvent: log.append)
    }

    private func build(_ kind: Kind) async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if let namespace {
            try await ip("netns", "add", namespace)
            try await ip("link", "add", interface, "type", "veth", "peer", "name", "eth0", "netns", namespace)
            try await ip("-n", namespace, "link", "set", "eth0", "address", Fixture.mac.description, "up")
            try await ip("-n", namespace, "link", "set", "lo", "up")
        } else {
            try await ip("tuntap", "add", "dev", interface, "mode", "tap")
        }
        try await ip("address", "add", "\(serverAddress)/24", "dev", interface)
        try await ip("link", "set", interface, "up")
    }

    private func tearDown() async {
        await server.stop()
        _ = try? await Command.run(["ip", "link", "delete", interface])
        if let namespace { _ = try? await Command.run(["ip", "netns", "delete", namespace]) }
        try? FileManager.default.removeItem(at: folder)
    }

    private func ip(_ arguments: String...) async throws {
        let result = try await Command.run(["ip"] + arguments)
        try #require(result.status == 0, "ip \(arguments.joined(separator: " ")): \(result.error)")
    }

    /// Runs a program in the namespace.
    func inside(_ arguments: [String], timeout: Double = 20) async throws -> Command {
        try await Command.run(["ip", "netns", "exec", try #require(namespace)] + arguments, timeout: timeout)
    }

    /// Writes an executable script and returns its path.
    func script(_ name: String, _ text: String) throws -> String {
        let path = folder.appendingPathComponent(name).path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    /// The acknowledgements and refusals sent so far.
    func replies(_ type: DHCPMessageType) -> [PXEEvent] {
        log.events.filter { event in
            if case .dhcp(_, type, _) = event.kind { true } else { false }
        }
    }
}
