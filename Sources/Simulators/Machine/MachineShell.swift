// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import PXE
import PlainHTTP

/// Carries out the activities of a machine: sockets, files, the clock.
struct MachineShell: Sendable {
    let configuration: MachineConfiguration
    let bmc: any MachineBMC
    let disks: DiskStore
    /// The lease that the machine holds.
    let lease: BootLease?
    /// Writes to the machine's log.
    let note: @Sendable (MachineEvent, String) async -> Void

    /// Carries out one activity.
    ///
    /// - Throws: `CancellationError` when it was stopped; every other error means that it failed.
    func perform(_ activity: Activity) async throws -> ActivityResult {
        switch activity {
        case .post: return try await sleep(configuration.timing.post)
        case .shutDown: return try await sleep(configuration.timing.shutdown)
        case .waitBeforeRetry: return try await sleep(configuration.timing.bootRetry)
        case .readBootOverride: return .bootOverride(bmc.takeBootOverride())
        case .dhcp(let stage): return .lease(try await dhcp(stage))
        case .loadByTFTP(let server, let name): return try await loadByTFTP(server: server, name: name)
        case .loadByHTTP(let url): return try await loadByHTTP(url)
        case .runScript(let url): return .script(try await runScript(url))
        case .checkDisk: return .diskBootable(disks.installation != nil)
        case .runAgent(let commandLine): return try await runAgent(commandLine)
        case .runOS: return try await runOS()
        }
    }

    /// A client that speaks from the machine's leased address.
    private var http: MachineClient {
        MachineClient(local: (lease?.address ?? configuration.address).description)
    }

    private func sleep(_ time: Duration) async throws -> ActivityResult {
        try await Task.sleep(for: time)
        return .elapsed
    }

    private func dhcp(_ stage: ClientStage, hostname: String? = nil) async throws -> BootLease {
        let conversation = DHCPConversation(
            client: DHCPConversation.Client(
                stage: stage, firmware: configuration.firmware, mac: configuration.mac,
                relay: configuration.address, hostname: hostname),
            transaction: UInt32.random(in: 1 ... .max), waits: configuration.timing.dhcpWaits)
        return try await conversation.hold(
            local: configuration.address.description, server: configuration.dhcpHost, port: configuration.dhcpPort)
    }

    // MARK: Network boot

    private func loadByTFTP(server: IPv4Address, name: String) async throws -> ActivityResult {
        let program = try await TFTPClient.read(
            name, from: server, port: configuration.tftpPort, local: lease?.address ?? configuration.address)
        try Task.checkCancellation()
        await note(.program, "tftp name=\(name) bytes=\(program.count) sha256=\(Self.digest(program))")
        return program.isEmpty ? .failed("TFTP: \(name) is empty") : .programLoaded
    }

    private func loadByHTTP(_ url: String) async throws -> ActivityResult {
        let program = try await load(url)
        await note(.program, "http name=\(Self.name(url)) bytes=\(program.count) sha256=\(Self.digest(program))")
        return .programLoaded
    }

    private func runScript(_ first: String) async throws -> ScriptEnd {
        var url = first
        var script = try await interpreter(url)
        var problem: String?
        for _ in 0..<1_000 {
            let step = script.next(problem: problem)
            problem = nil
            switch step {
            case .end(let end): return end
            case .echo(let text): await note(.echo, text)
            case .sleep(let seconds):
                try await Task.sleep(for: min(.seconds(seconds), configuration.timing.longestSleep))
            case .load(let url):
                do {
                    let bytes = try await load(url)
                    await note(.loaded, "\(Self.name(url)) bytes=\(bytes.count) sha256=\(Self.digest(bytes))")
                } catch let error as SimulatorError {
                    problem = error.description
                }
            case .chain(let next):
                do {
                    url = next.hasPrefix("/") ? Self.origin(url) + next : next
                    script = try await interpreter(url)
                } catch let error as SimulatorError {
                    problem = error.description
                }
            }
        }
        return .failed("the script does not end")
    }

    private func interpreter(_ url: String) async throws -> IPXEInterpreter {
        let text = String(decoding: try await load(url), as: UTF8.self)
        await note(.script, "\(Self.name(url)) bytes=\(text.utf8.count)")
        let variables = [
            "net0/mac": configuration.mac.description, "mac": configuration.mac.description,
            "net0/ip": (lease?.address ?? configuration.address).description,
            "platform": configuration.firmware.kind == .uefi ? "efi" : "pcbios", "buildarch": "x86_64",
        ]
        do throws(IPXEInterpreter.SyntaxError) {
            return try IPXEInterpreter(text, variables: variables)
        } catch {
            throw SimulatorError.network(error.reason)
        }
    }

    private func load(_ url: String) async throws -> [UInt8] {
        let answer = try await http.send(HTTPRequest(.GET, url), limit: 512 << 20)
        guard answer.status == 200 else {
            throw SimulatorError.network("\(Self.name(url)): the server answered \(answer.status)")
        }
        return answer.body
    }

    // MARK: Agent and operating system

    private func runAgent(_ commandLine: KernelCommandLine) async throws -> ActivityResult {
        guard let server = commandLine["ingot.server"], let token = commandLine["ingot.token"] else {
            return .failed("no ingot.server or no ingot.token")
        }
        let bootID = (0..<16).map { _ in String(UInt8.random(in: 0...15), radix: 16) }.joined()
        let session = AgentSession(
            configuration: configuration, server: server, token: token, bootID: bootID, http: http, disks: disks,
            note: note)
        return try await session.run()
    }

    private func runOS() async throws -> ActivityResult {
        guard let installation = disks.installation else { return .failed("the disk is empty") }
        let facts = SeedFacts(files: installation.seed)
        var client = http
        while facts.usesDHCP {
            do {
                let lease = try await dhcp(.os, hostname: facts.hostname)
                await note(.dhcp, "stage=os address=\(lease.address)")
                client = MachineClient(local: lease.address.description)
                break
            } catch let error as SimulatorError {
                await note(.retry, "operating system: \(error)")
            }
        }
        if let url = facts.phoneHome, !installation.hasPhonedHome {
            try await phoneHome(url, facts: facts, client: client)
        }
        while true { try await Task.sleep(for: .seconds(86_400)) }
    }

    /// Reports as cloud-init's phone_home does, once per installation.
    private func phoneHome(_ url: String, facts: SeedFacts, client: MachineClient) async throws {
        let body = "instance_id=\(facts.instanceID)&hostname=\(facts.hostname)&fqdn=\(facts.hostname)"
        let request = HTTPRequest(
            .POST, url, headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: .bytes(Array(body.utf8)))
        var backoff = Backoff(configuration.timing)
        while true {
            var problem = ""
            do {
                let answer = try await client.send(request)
                if answer.status < 500 {
                    await note(.phoneHome, "status=\(answer.status)")
                    if answer.status < 300 { try disks.recordPhoneHome() }
                    return
                }
                problem = "status \(answer.status)"
            } catch let error as SimulatorError {
                problem = error.description
            }
            await note(.retry, "phone-home: \(problem)")
            do {
                try await backoff.pause(orThrow: SimulatorError.network(problem))
            } catch is SimulatorError {
                return
            }
        }
    }

    // MARK: Texts

    /// The last part of a URL's path: what may be logged of a URL that holds a token.
    private static func name(_ url: String) -> String {
        let path = url.prefix { $0 != "?" }
        return path.split(separator: "/").last.map(String.init) ?? ""
    }

    private static func origin(_ url: String) -> String {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.prefix(3).joined(separator: "/")
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
