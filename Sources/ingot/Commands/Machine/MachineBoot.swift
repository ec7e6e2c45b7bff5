// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import NIOHTTP1

/// `ingot machine boot`.
struct MachineBoot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "boot", abstract: "Show or set what a machine boots from next.")

    /// The boot devices a BMC can be told.
    enum Target: String, ExpressibleByArgument, CaseIterable {
        case pxe
        case disk
        case cd
        case setup
        case http
        case usb
        case none
    }

    /// The firmware mode the setting is meant for.
    enum Mode: String, ExpressibleByArgument, CaseIterable {
        case uefi
        case legacy
    }

    @Argument(help: "The machine's name.")
    var name: String

    @Argument(help: "pxe, disk, cd, setup, http, usb or none; without it the present setting is shown.")
    var target: Target?

    @Flag(help: "For every boot from now on, not only the next.")
    var persistent = false

    @Option(help: "uefi or legacy; else what the machine is known to use.")
    var mode: Mode?

    @OptionGroup var wait: WaitOptions
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        if target == nil, persistent || mode != nil {
            throw ValidationError("--persistent and --mode need a boot device: pxe, disk, cd, setup, http, usb or none")
        }
    }

    func run() async throws {
        let client = try options.client()
        guard let body else {
            let setting = try await client.show(["machines", name, "boot"])
            Output.standard.print(setting, options.output) { Self.text(setting) }
            return
        }
        let job = try await Offers.explaining("boot", of: name, client) {
            try await client.start(.POST, ["machines", name, "boot"], body: body)
        }
        try await wait.finish(job, client: client, format: options.output)
    }

    /// The request's body; nil when the setting is only to be shown.
    var body: JSONValue? {
        guard let target else { return nil }
        var members: [String: JSONValue] = ["target": .string(target.rawValue), "persistent": .bool(persistent)]
        if let mode { members["mode"] = .string(mode.rawValue) }
        return .object(members)
    }

    /// A boot setting on one line: `disk, persistent, uefi`.
    static func text(_ setting: JSONValue) -> String {
        // Not persistent may also mean that the BMC does not tell.
        let persistence = setting["persistent"].flag == true ? "persistent" : nil
        return [setting["target"].text ?? "unknown", persistence, setting["mode"].text].compactMap { $0 }
            .map(Terminal.printable).joined(separator: ", ")
    }
}
