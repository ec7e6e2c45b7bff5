// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Foundation
import NIOHTTP1

/// `ingot machine add`.
struct MachineAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Take a machine under management.",
        discussion: """
            Waits until the machine's BMC has been verified and inspected.

            The BMC's password comes from --password-file, from $INGOT_BMC_PASSWORD, or is asked for on a terminal; \
            it is never an argument.

            Example: ingot machine add m1 --mac 52:54:00:00:00:01 --address 192.168.77.10 \
            --set host=10.0.0.5 --set username=admin --password-file bmc.password
            """)

    /// Kinds of firmware a machine can boot with.
    enum Firmware: String, ExpressibleByArgument, CaseIterable {
        case bios
        case uefi
    }

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: "The driver plugin that controls it.")
    var driver = "dev.ingot.ipmi"

    @Option(help: "MAC address of the network interface it boots from.")
    var mac: String

    @Option(help: "IPv4 address reserved for that interface on the deployment network.")
    var address: String

    @Option(help: "Its firmware, when known: bios or uefi.")
    var firmware: Firmware?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A value of the driver's configuration; JSON, or text.", valueName: "key=value"))
    var settings: [Setting] = []

    @Option(help: ArgumentHelp("File whose first line is the BMC's password.", valueName: "file"))
    var passwordFile: String?

    @Option(
        name: .customLong("secret-file"),
        help: ArgumentHelp("Another secret of the driver, from a file's first line.", valueName: "key=file"))
    var secretFiles: [SecretFile] = []

    @Flag(help: "The BMC has no password: do not ask.")
    var noPassword = false

    @OptionGroup var wait: WaitOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let password =
            noPassword
            ? nil
            : try PasswordSource.password(
                file: passwordFile, environment: ProcessInfo.processInfo.environment,
                prompt: "Password of \(name)'s BMC: ")
        let client = try options.client()
        let job = try await client.start(.POST, ["machines"], body: try body(password: password))
        try await wait.finish(job, client: client, format: options.output)
        if options.output == .table, !wait.noWait {
            Output.standard.line("machine \(Terminal.printable(name)) is available")
        }
    }

    /// The request's body.
    func body(password: String?) throws -> JSONValue {
        var config = try Setting.object(settings)
        if let password { config["password"] = .string(password) }
        for secret in secretFiles { config[secret.key] = .string(try PasswordSource.secret(file: secret.path)) }
        var members: [String: JSONValue] = [
            "name": .string(name), "driver": .string(driver), "mac": .string(mac), "address": .string(address),
            "config": .object(config),
        ]
        if let firmware { members["firmware"] = .string(firmware.rawValue) }
        return .object(members)
    }
}

/// One `--secret-file key=file`.
struct SecretFile: ExpressibleByArgument {
    var key: String
    var path: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        key = String(parts[0])
        path = String(parts[1])
    }
}
