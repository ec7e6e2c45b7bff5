// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import NIOHTTP1

/// `ingot machine clear-events`.
struct MachineClearEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear-events", abstract: "Empty the event log of a machine's BMC.")

    @Argument(help: "The machine's name.")
    var name: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let answer = try await options.client().send(.POST, ["machines", name, "events", "clear"], timeout: 120)
        Output.standard.print(answer, options.output) { "event log of machine \(Terminal.printable(name)) cleared" }
    }
}
