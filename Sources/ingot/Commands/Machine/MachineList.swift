// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control

/// `ingot machine list`.
struct MachineList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all machines.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let machines = try await options.client().list(["machines"], key: "machines")
        Output.standard.print(machines, options.output) { Self.table(machines).rendered() }
    }

    /// The machines as a table.
    static func table(_ machines: JSONValue) -> Table {
        var table = Table(["NAME", "STATE", "POWER", "MAC", "ADDRESS", "DRIVER", "INSTANCE", "JOB", "HOLD"])
        for machine in machines.elements ?? [] {
            table.add([
                machine["name"].text, machine["state"].text, machine["power"]["state"].text, machine["mac"].text,
                machine["address"].text, machine["driver"].text, machine["instance"].text, machine["job"].text,
                machine["hold"].flag == true ? "hold" : nil,
            ])
        }
        return table
    }
}
