// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Foundation
import NIOHTTP1

/// `ingot machine update`.
struct MachineUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change how a machine is reached, its addresses or its quirks.",
        discussion: """
            What is not named stays. Without --driver, settings belong to the machine's first driver; with it, all drivers \
            are named anew, in order, and those that the machine has keep what is not given. New settings are tried at \
            once by an inspection.

            Example: ingot machine update m1 --set host=10.0.0.9 --password-file bmc.password --quirk +cipher_3_only
            """)

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: "MAC address of the network interface it boots from.")
    var mac: String?

    @Option(help: "IPv4 address reserved for that interface on the deployment network.")
    var address: String?

    @Option(help: "Its firmware: bios or uefi.")
    var firmware: MachineAdd.Firmware?

    @Option(
        help: ArgumentHelp(
            "The address of its BMC's own page; an empty one takes it from the driver again.", valueName: "url"))
    var web: String?

    @Option(help: ArgumentHelp("A member of the first driver's configuration to take away.", valueName: "key"))
    var unset: [String] = []

    @Flag(help: "Forget every --quirk given before.")
    var clearQuirks = false

    @OptionGroup var control: DriverOptions
    @OptionGroup var wait: WaitOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let client = try options.client()
        let before =
            control.quirks.isEmpty || clearQuirks
            ? JSONValue.null : try await client.show(["machines", name])["quirks"]
        let having: Set<String> =
            control.drivers.count > 1 && control.passwordFiles.count == 1
            ? try await DriverOptions.driversWithPassword(client) : []
        let answer = try await client.send(
            .PATCH, ["machines", name], body: try body(quirks: before, takesPassword: having.contains))
        guard let job = answer["job"].text else {
            Output.standard.print(answer, options.output) { "machine \(Terminal.printable(name)) updated" }
            return
        }
        try await wait.finish(job, client: client, format: options.output)
    }

    /// The request's body.
    ///
    /// - Parameter quirks: what the machine has of them now.
    func body(quirks before: JSONValue, takesPassword: (String) -> Bool = { _ in true }) throws -> JSONValue {
        var members: [String: JSONValue] = [:]
        if let mac { members["mac"] = .string(mac) }
        if let address { members["address"] = .string(address) }
        if let firmware { members["firmware"] = .string(firmware.rawValue) }
        if let web { members["web"] = .string(web) }
        if control.drivers.isEmpty {
            var config = try control.config(0)
            for key in unset { config[key] = .null }
            if !config.isEmpty { members["config"] = .object(config) }
        } else {
            guard unset.isEmpty else { throw ValidationError("--unset is for the first driver, without --driver") }
            let shared =
                try control.passwordFiles.count == 1
                ? control.passwordFiles.first.map { try PasswordSource.secret(file: $0.path) } : nil
            members["drivers"] = try control.list(password: shared, takesPassword: takesPassword)
        }
        if clearQuirks || !control.quirks.isEmpty {
            members["quirks"] = QuirkArgument.merged(control.quirks, into: clearQuirks ? .null : before)
        }
        guard !members.isEmpty else { throw ValidationError("nothing is to be changed") }
        return .object(members)
    }
}
