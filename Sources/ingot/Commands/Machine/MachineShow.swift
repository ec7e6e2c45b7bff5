// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control

/// `ingot machine show`.
struct MachineShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one machine with its hardware.")

    @Argument(help: "The machine's name.")
    var name: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let machine = try await options.client().show(["machines", name])
        Output.standard.print(machine, options.output) { Self.text(machine) }
    }

    /// The machine as lines for people.
    static func text(_ machine: JSONValue) -> String {
        var details = Details()
        details.add("name", machine["name"].text)
        details.add("state", machine["state"].text)
        let power = machine["power"]
        let seen = Timestamp.date(power["at"]).map { " (seen \(Timestamp.text($0)))" } ?? ""
        details.add("power", power["state"].text.map { $0 + seen })
        details.add("failure", machine["failure"].text)
        details.add("hold", machine["hold"].flag == true ? "yes: automation is stopped" : nil)
        details.add("mac", machine["mac"].text)
        details.add("address", machine["address"].text)
        details.add("firmware", machine["firmware"].text)
        details.add("BMC page", machine["web"].text)
        details.add("boot verdict", machine["boot_verdict"].text)
        details.add("instance", machine["instance"].text)
        details.add("job", machine["job"].text ?? machine["job"]["id"].text)
        var lines = [details.rendered()]
        lines += CapabilityText.lines(machine)
        for (title, key) in [
            ("told by the BMC at the last inspection:", "inventory"),
            ("found by the agent at its last start:", "agent_inventory"),
        ] {
            let hardware = InventoryText.lines(machine[key])
            if !hardware.isEmpty { lines += ["", title] + hardware }
        }
        return lines.joined(separator: "\n")
    }
}
