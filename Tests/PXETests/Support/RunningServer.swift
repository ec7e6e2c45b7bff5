// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE
import Testing

/// A server on loopback with free ports, one machine at 127.x.y.z, and files to serve.
struct RunningServer {
    let server: PXEServer
    let table = BootTable()
    let store = MemoryLeaseStore()
    let log = EventLog()
    let address: IPv4Address
    let folder: URL
    let kernel: [UInt8]
    let ports: PXEPorts

    /// Five million octets without a short period, made once.
    private static let content: [UInt8] = {
        var random = SplitMix(state: 7)
        let words = (0..<625_000).map { _ in random.next() }
        return words.withUnsafeBytes { Array($0) }
    }()

    var site: BootSite { BootSite(server: .loopback, httpPort: ports.http) }
    var base: String { "http://127.0.0.1:\(ports.http)" }
    var mac: MACAddress { Fixture.mac }

    /// Runs `body` and stops the server whatever happens.
    static func run(
        _ directive: BootDirective? = nil,
        agent: @escaping PXEServer.AgentHandler = { _ in AgentResponse(status: 204) },
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        let running = try await RunningServer(directive, agent)
        do {
            try await body(running)
        } catch {
            await running.close()
            throw error
        }
        await running.close()
    }

    private init(_ directive: BootDirective?, _ agent: @escaping PXEServer.AgentHandler) async throws {
        // Each test has a loopback address of its own, so that tests can run side by side.
        address = IPv4Address(127, .random(in: 1...250), .random(in: 1...250), .random(in: 2...250))
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-pxe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        kernel = Self.content
        let (kernelPath, initrdPath) = (folder.path + "/kernel", folder.path + "/initrd")
        try Data(kernel).write(to: URL(fileURLWithPath: kernelPath))
        try Data("ramdisk".utf8).write(to: URL(fileURLWithPath: initrdPath))
        let install = InstallBoot(
            token: Fixture.token, kernel: kernelPath, initrd: initrdPath, commandLine: "quiet")
        try table.set(
            EnrolledClient(
                mac: Fixture.mac, address: address, hostname: "node-1", directive: directive ?? .install(install)))
        let subnet = try #require(IPv4Subnet("127.0.0.0/8"))
        server = PXEServer(
            configuration: PXEConfiguration(
                serverAddress: .loopback, subnet: subnet, dhcpPort: 0, tftpPort: 0, httpPort: 0,
                files: ["vmlinuz": kernelPath]),
            table: table, leaseStore: store, onAgentRequest: agent, onEvent: log.append)
        try await server.start()
        ports = try #require(server.ports)
    }

    private func close() async {
        await server.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Runs curl from the machine's address; standard output is the body.
    func curl(_ arguments: [String], from source: IPv4Address? = nil) async throws -> Command {
        try await Command.run(
            ["curl", "-sS", "--max-time", "15", "--interface", (source ?? address).description] + arguments)
    }

    /// The HTTP status of a request from the machine's address.
    func status(_ arguments: [String], from source: IPv4Address? = nil) async throws -> String {
        try await curl(["-o", "/dev/null", "-w", "%{http_code}"] + arguments, from: source).text
    }
}
