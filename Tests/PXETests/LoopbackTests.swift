// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE
import Testing

/// The whole server on loopback through the relay path, against the codec's own client, curl and busybox.
@Suite struct LoopbackTests {
    private func identity(_ running: RunningServer, _ stage: BootStage) -> DHCPClientIdentity {
        DHCPClientIdentity(mac: running.mac, stage: stage, architecture: .x86BIOS, relay: running.address)
    }

    // MARK: - DHCP

    @Test func leaseIsDurableBeforeItIsAcknowledged() async throws {
        try await RunningServer.run { running in
            let identity = identity(running, .firmware)
            let offer = try #require(
                try await RelayClient.ask(
                    identity.discover(transaction: 1), from: running.address, port: running.ports.dhcp))
            #expect(offer.type == .offer && offer.address == running.address && offer.bootFile == "undionly.kpxe")
            await running.store.hold()
            let port = running.ports.dhcp
            let request = identity.request(offer, transaction: 2)
            async let reply = RelayClient.ask(request, from: running.address, port: port)
            while await !running.store.isWaiting { try await Task.sleep(for: .milliseconds(5)) }
            #expect(!running.log.events.contains { Self.isAcknowledgement($0) })
            await running.store.release()
            let acknowledgement = try #require(try await reply)
            #expect(acknowledgement.type == .acknowledge && acknowledgement.transaction == 2)
            #expect(await running.store.saved.map(\.address) == [running.address])
            try await running.log.wait(for: "acknowledgement", where: Self.isAcknowledgement)
        }
    }

    @Test func aFullDiskMeansNoAcknowledgement() async throws {
        try await RunningServer.run { running in
            let identity = identity(running, .os)
            await running.store.fail(MemoryLeaseStore.Full())
            let request = identity.confirm(running.address, transaction: 2)
            let port = running.ports.dhcp
            async let reply = RelayClient.ask(request, from: running.address, port: port, milliseconds: 700)
            let event = try await running.log.wait(for: "failure") {
                if case .dhcpFailed = $0.kind { true } else { false }
            }
            guard case .dhcpFailed(let reason) = event.kind else { return }
            #expect(reason.contains("no space left") && event.mac == running.mac)
            #expect(try await reply == nil)
            await running.store.fail(nil)
            let again = try await RelayClient.ask(request, from: running.address, port: port)
            #expect(again?.type == .acknowledge)
        }
    }

    @Test func strangersHearNothing() async throws {
        try await RunningServer.run { running in
            let stranger = DHCPClientIdentity(mac: Fixture.stranger, stage: .firmware, relay: running.address)
            let port = running.ports.dhcp
            let packet = stranger.discover(transaction: 1)
            async let reply = RelayClient.ask(packet, from: running.address, port: port, milliseconds: 500)
            let event = try await running.log.wait(for: "stranger") { $0.kind == .dhcpUnknown(count: 1) }
            #expect(event.mac == Fixture.stranger)
            #expect(try await reply == nil)
        }
    }

    @Test func leasesOutliveTheServerAndCanBeForgotten() async throws {
        try await RunningServer.run { running in
            let identity = identity(running, .os)
            _ = try await RelayClient.ask(
                identity.confirm(running.address, transaction: 1), from: running.address, port: running.ports.dhcp)
            await running.server.stop()
            running.table.remove(running.mac)
            try running.table.set(EnrolledClient(mac: Fixture.stranger, address: running.address))
            try await running.server.start()
            let port = try #require(running.server.ports).dhcp
            let other = DHCPClientIdentity(mac: Fixture.stranger, stage: .os, relay: running.address)
            let packet = other.discover(transaction: 2)
            async let refused = RelayClient.ask(packet, from: running.address, port: port, milliseconds: 500)
            try await running.log.wait(for: "conflict") {
                if case .dhcpFailed(let reason) = $0.kind { reason.contains("still leased") } else { false }
            }
            #expect(try await refused == nil)
            try await running.server.forgetLease(of: running.mac)
            #expect(try await RelayClient.ask(packet, from: running.address, port: port)?.type == .offer)
        }
    }

    private static func isAcknowledgement(_ event: PXEEvent) -> Bool {
        if case .dhcp(_, .acknowledge, _) = event.kind { true } else { false }
    }

    // MARK: - TFTP

    @Test(arguments: [(Int?.none, Int?.none), (512, nil), (1432, nil), (1468, 4), (8, 64), (65464, 16)])
    func ownClientReadsPrograms(blockSize: Int?, window: Int?) async throws {
        try await RunningServer.run { running in
            let file = try Self.program("undionly.kpxe")
            let bytes = try await TFTPClient.read(
                "undionly.kpxe", from: .loopback, port: running.ports.tftp, local: running.address,
                options: .init(blockSize: blockSize, windowSize: window))
            #expect(bytes == file)
            let event = try await running.log.wait(for: "served") {
                $0.kind == .tftpServed(name: "undionly.kpxe", bytes: file.count)
            }
            #expect(event.mac == running.mac && event.address == running.address)
        }
    }

    @Test(arguments: ["ipxe.efi", "undionly.kpxe", "snponly.efi"])
    func curlReadsProgramsByTFTP(name: String) async throws {
        try await RunningServer.run { running in
            let result = try await running.curl([
                "--tftp-blksize", "1432", "tftp://127.0.0.1:\(running.ports.tftp)/\(name)",
            ])
            #expect(result.status == 0, "\(result.error)")
            #expect(result.output == (try Self.program(name)))
        }
    }

    /// What the operator publishes is there by both protocols, and nothing beside it.
    @Test func theOperatorsFilesAreServedByName() async throws {
        try await RunningServer.run { running in
            let tftp = "tftp://127.0.0.1:\(running.ports.tftp)"
            let byTFTP = try await running.curl(["\(tftp)/vmlinuz"])
            #expect(byTFTP.output == running.kernel)
            let byHTTP = try await running.curl(["\(running.base)/programs/vmlinuz"])
            #expect(byHTTP.output == running.kernel)
            // 68: file not found (curl's manual, "EXIT CODES").
            for path in ["../vmlinuz", "kernel"] {
                let missing = try await running.curl(["--path-as-is", "\(tftp)/\(path)"])
                #expect(missing.status == 68)
            }
            var configuration = running.server.configuration
            for (name, path, field) in [
                ("../vmlinuz", "/dev/null", "deployment.files"), (".hidden", "/dev/null", "deployment.files"),
                ("ipxe.efi", "/dev/null", "deployment.files"),
                ("grub.efi", "/dev/null", "deployment.boot_files.mips64"),
            ] {
                configuration.files = [name: path]
                configuration.bootFiles = [.mips64: "other.efi"]
                let error = try await startError(configuration)
                #expect("\(error)".contains(field))
            }
            configuration.bootFiles = [:]
            configuration.files = ["vmlinuz": "/nonexistent/vmlinuz"]
            let error = try await startError(configuration)
            #expect("\(error)".contains("/nonexistent/vmlinuz"))
        }
    }

    /// Busybox cannot choose its source address, so the machine is 127.0.0.1 here.
    @Test(.enabled(if: Command.exists("busybox"), "needs busybox"), arguments: ["512", "1468", "4000"])
    func busyboxReadsProgramsByTFTP(blockSize: String) async throws {
        try await RunningServer.run { running in
            try running.table.set(EnrolledClient(mac: Fixture.stranger, address: .loopback))
            let result = try await Command.run([
                "busybox", "tftp", "-g", "-b", blockSize, "-r", "undionly.kpxe", "-l", "/dev/stdout", "127.0.0.1",
                "\(running.ports.tftp)",
            ])
            #expect(result.status == 0, "\(result.error)")
            #expect(result.output == (try Self.program("undionly.kpxe")))
        }
    }

    @Test func tftpRefusesOtherNamesAndWriting() async throws {
        try await RunningServer.run { running in
            let url = "tftp://127.0.0.1:\(running.ports.tftp)"
            let read = try await running.curl(["\(url)//etc/passwd"])
            #expect(read.status == 68)
            #expect(try await running.curl(["-T", "/etc/hostname", "\(url)/undionly.kpxe"]).status == 69)
            await #expect(throws: TFTPClientError.refused(code: 1, message: "no such file")) {
                _ = try await TFTPClient.read(
                    "../etc/passwd", from: .loopback, port: running.ports.tftp, local: running.address)
            }
        }
    }

    @Test func tftpIsSilentToStrangers() async throws {
        try await RunningServer.run { running in
            let result = try await Command.run([
                "curl", "-sS", "--max-time", "1", "--interface", "127.254.254.254",
                "tftp://127.0.0.1:\(running.ports.tftp)/undionly.kpxe",
            ])
            #expect(result.status == 28)
            #expect(result.output.isEmpty)
        }
    }

    // MARK: - Start

    @Test func portsInUseAreNamed() async throws {
        try await RunningServer.run { running in
            let services: [(String, Int, WritableKeyPath<PXEConfiguration, Int>)] = [
                ("DHCP", running.ports.dhcp, \.dhcpPort), ("TFTP", running.ports.tftp, \.tftpPort),
                ("HTTP", running.ports.http, \.httpPort),
            ]
            for (service, port, path) in services {
                var configuration = running.server.configuration
                configuration[keyPath: path] = port
                let error = try await startError(configuration)
                #expect(error == .portInUse(service: service, address: "127.0.0.1", port: port))
                #expect("\(error)".contains("\(service) port \(port)"))
            }
        }
    }

    @Test func missingThingsAreNamed() async throws {
        let subnet = try #require(IPv4Subnet("127.0.0.0/8"))
        var configuration = PXEConfiguration(
            serverAddress: .loopback, subnet: subnet, dhcpPort: 0, tftpPort: 0, httpPort: 0)
        configuration.interface = "nosuch0"
        guard case .interfaceMissing("nosuch0", let available) = try await startError(configuration) else {
            Issue.record("expected a missing interface")
            return
        }
        #expect(available.contains("lo"))
        configuration.interface = nil
        configuration.bootProgramDirectory = "/nonexistent"
        let error = try await startError(configuration)
        #expect("\(error)".contains("/nonexistent/undionly.kpxe") && "\(error)".contains("package ipxe"))
        configuration.bootProgramDirectory = "/usr/lib/ipxe"
        configuration.bindAddress = IPv4Address(192, 0, 2, 1)
        #expect(try await startError(configuration) == .addressMissing(service: "HTTP", address: "192.0.2.1"))
        configuration.bindAddress = nil
        configuration.serverAddress = IPv4Address(10, 0, 0, 1)
        guard case .configuration("deployment.address", _) = try await startError(configuration) else {
            Issue.record("expected a configuration error")
            return
        }
    }

    @Test func aFailedStartLeavesNothingOpen() async throws {
        try await RunningServer.run { running in
            // DHCP is opened last: its failure has to close the other two again.
            var configuration = running.server.configuration
            configuration.dhcpPort = running.ports.dhcp
            // Below the range from which the system picks free ports for the tests that run beside this one.
            configuration.tftpPort = .random(in: 20_000..<25_000)
            configuration.httpPort = .random(in: 25_000..<30_000)
            let error = try await startError(configuration)
            #expect(error == .portInUse(service: "DHCP", address: "127.0.0.1", port: running.ports.dhcp))
            configuration.dhcpPort = 0
            let server = Self.server(configuration)
            for _ in 0..<2 {
                try await server.start()
                #expect(server.ports?.http == configuration.httpPort && server.ports?.tftp == configuration.tftpPort)
                await server.stop()
                #expect(server.ports == nil)
            }
        }
    }

    /// A child process that outlives the server must not keep its ports.
    @Test func childProcessesDoNotInheritSockets() async throws {
        try await RunningServer.run { running in
            // Below the range from which the system picks free ports for the tests that run beside this one.
            var configuration = running.server.configuration
            configuration.tftpPort = .random(in: 15_000..<20_000)
            configuration.httpPort = .random(in: 10_000..<15_000)
            configuration.dhcpPort = .random(in: 30_000..<32_000)
            let first = Self.server(configuration)
            try await first.start()
            let child = try Command.spawn(["sleep", "60"])
            defer { Command.stop(child) }
            await first.stop()
            let again = Self.server(configuration)
            try await again.start()
            #expect(again.ports?.http == configuration.httpPort)
            await again.stop()
        }
    }

    @Test func startsOnlyOnce() async throws {
        try await RunningServer.run { running in
            await #expect(throws: PXEStartError.alreadyStarted) { try await running.server.start() }
        }
    }

    private static func server(_ configuration: PXEConfiguration) -> PXEServer {
        PXEServer(
            configuration: configuration, table: BootTable(), leaseStore: MemoryLeaseStore(),
            onAgentRequest: { _ in AgentResponse(status: 204) }, onEvent: { _ in })
    }

    private func startError(_ configuration: PXEConfiguration) async throws -> PXEStartError {
        let server = Self.server(configuration)
        let error = await #expect(throws: PXEStartError.self) { try await server.start() }
        return try #require(error)
    }

    static func program(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "/usr/lib/ipxe/\(name)")))
    }
}
