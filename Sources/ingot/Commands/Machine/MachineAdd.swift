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

            Two drivers, Redfish first: ingot machine add m1 --mac … --address … \
            --driver dev.ingot.redfish --set address=https://10.0.0.5 --set username=admin --password-file rf.password \
            --driver dev.ingot.ipmi --set host=10.0.0.5 --set username=admin --password-file ipmi.password
            """)

    /// Kinds of firmware a machine can boot with.
    enum Firmware: String, ExpressibleByArgument, CaseIterable {
        case bios
        case uefi
    }

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: "MAC address of the network interface it boots from.")
    var mac: String

    @Option(help: "IPv4 address reserved for that interface on the deployment network.")
    var address: String

    @Option(help: "Its firmware, when known: bios or uefi.")
    var firmware: Firmware?

    @Flag(help: "The BMC has no password: do not ask.")
    var noPassword = false

    @OptionGroup var control: DriverOptions
    @OptionGroup var wait: WaitOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let client = try options.client()
        var password: String?
        if !noPassword, control.passwordFiles.count < max(1, control.drivers.count) {
            // One file that is given serves all drivers.
            password = try PasswordSource.password(
                file: control.passwordFiles.first?.path, environment: ProcessInfo.processInfo.environment,
                prompt: "Password of \(name)'s BMC: ")
        }
        var having: Set<String> = []
        if control.drivers.count > 1, password != nil {
            having = try await DriverOptions.driversWithPassword(client)
        }
        let body = try body(password: password, takesPassword: having.contains)
        let job = try await client.start(.POST, ["machines"], body: body)
        try await wait.finish(job, client: client, format: options.output)
        if options.output == .table, !wait.noWait {
            Output.standard.line("machine \(Terminal.printable(name)) is available")
        }
    }

    /// The request's body.
    ///
    /// - Parameter takesPassword: whether one of several drivers has a password at all.
    func body(password: String?, takesPassword: (String) -> Bool = { _ in true }) throws -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "mac": .string(mac), "address": .string(address),
        ]
        if control.drivers.count > 1 {
            members["drivers"] = try control.list(password: password, takesPassword: takesPassword)
        } else {
            members["driver"] = .string(control.drivers.first ?? "dev.ingot.ipmi")
            var config = try control.config(0)
            if let password { config["password"] = .string(password) }
            members["config"] = .object(config)
        }
        if !control.quirks.isEmpty { members["quirks"] = QuirkArgument.merged(control.quirks) }
        if let firmware { members["firmware"] = .string(firmware.rawValue) }
        return .object(members)
    }
}
