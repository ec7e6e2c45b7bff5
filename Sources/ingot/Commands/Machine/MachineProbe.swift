// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import NIOHTTP1

/// `ingot machine probe`.
struct MachineProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Ask a machine's drivers anew what it can do, and match quirks.")

    @Argument(help: "The machine's name.")
    var name: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let machine = try await options.client().send(.POST, ["machines", name, "probe"], timeout: 120)
        Output.standard.print(machine, options.output) {
            CapabilityText.lines(machine).drop { $0.isEmpty }.joined(separator: "\n")
        }
    }
}
