// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BMCModel
import Foundation

/// `ingot sim bmc`.
struct SimBMC: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bmc",
        abstract: "Run simulated BMCs, each with a machine behind it.",
        discussion: """
            Prints one line of JSON per BMC when all of them are ready, then runs until SIGTERM, SIGINT or `quit`. \
            Standard input takes commands, one a line, that hold for all BMCs: `fault NAME[:args]`, `clear`, `power` \
            and `quit`. `ingot sim faults` lists the faults.
            """)

    @Option(help: "What they speak: ipmi, redfish, line or outlet.")
    var kind = SimBMCKind.ipmi

    @Option(help: "Number of BMCs.")
    var count = 1

    @Option(help: ArgumentHelp("Address that they listen on.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("Port of the first BMC, the others follow it; 0 picks free ones.", valueName: "port"))
    var port: UInt16 = 0

    @Option(help: "User name of the administrator.")
    var user = "admin"

    @Option(
        help: ArgumentHelp(
            "File whose first line is the password; without it the password is `secret`.",
            valueName: "file"))
    var passwordFile: String?

    @Option(
        name: .customLong("fault"),
        help: ArgumentHelp("Something that goes wrong; may be given more than once.", valueName: "name[:args]"))
    var faults: [String] = []

    @Option(help: "What random decisions are made from: the same seed and the same traffic give the same run.")
    var seed: UInt64 = 0

    @Option(
        name: .customLong("behaviour"),
        help: ArgumentHelp(
            "A way of real BMCs that a driver must know; may be given more than once.",
            valueName: "name"))
    var behaviours: [String] = []

    @Option(
        help: ArgumentHelp("The maker's shape of the BMC; `ingot sim profiles` lists them.", valueName: "name"))
    var profile: String?

    @Flag(help: "Redfish over plain HTTP instead of HTTPS.")
    var http = false

    @Option(
        help: ArgumentHelp("PEM file of Redfish's certificate; without it one is made.", valueName: "file"))
    var certificate: String?

    @Option(help: ArgumentHelp("PEM file of the certificate's key.", valueName: "file"))
    var key: String?

    @Flag(help: "Take as long as real servers do.")
    var realistic = false

    func validate() throws {
        guard (1...10_000).contains(count) else { throw ValidationError("--count must be 1 to 10000") }
        guard port == 0 || Int(port) + count <= 65_536 else {
            throw ValidationError("--port \(port) leaves no room for \(count) BMCs")
        }
        guard kind == .redfish || (!http && certificate == nil && key == nil) else {
            throw ValidationError("--http, --certificate and --key are for --kind redfish")
        }
        guard kind != .line || profile == nil else { throw ValidationError("--kind line has no profiles") }
    }

    func run() async throws {
        let orders = try orders()
        signal(SIGPIPE, SIG_IGN)
        let stop = StopSignal()
        var controllers: [any SimulatedController] = []
        do {
            for order in orders { controllers.append(try await kind.start(order)) }
        } catch {
            for controller in controllers { await controller.stop() }
            throw error
        }
        for controller in controllers { Output.standard.line(try Self.line(controller.description)) }
        let running = controllers
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await stop.wait() }
            group.addTask { await SimConsole(controllers: running).run() }
            await group.next()
            group.cancelAll()
        }
        for controller in controllers { await controller.stop() }
    }

    /// The BMCs that the options describe.
    func orders() throws -> [SimBMCOrder] {
        let known: [Fault]
        do {
            known = try faults.map { try Fault($0) }
        } catch let error as FaultError {
            throw CommandError(.usage, error.description, field: "--fault")
        }
        let password = try passwordFile.map { try PasswordSource.secret(file: $0) } ?? "secret"
        return (0..<count).map { index in
            let chassis = Chassis(
                identity: Identity(serial: "SIM\(index)"), timing: realistic ? .realistic : ChassisTiming())
            return SimBMCOrder(
                name: "bmc-\(index)", host: host, port: port == 0 ? 0 : Int(port) + index, user: user,
                password: password, passwordFile: passwordFile, seed: seed &+ UInt64(index), behaviours: behaviours,
                profile: profile, isPlain: http, certificate: certificate, key: key,
                machine: FaultyChassis(
                    SharedChassis(chassis), faults: FaultInjector(known, seed: seed &+ UInt64(index))))
        }
    }

    private static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
