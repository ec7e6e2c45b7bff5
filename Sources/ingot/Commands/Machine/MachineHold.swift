// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import NIOHTTP1

/// `ingot machine hold`.
struct MachineHold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Stop all automation on a machine, or let it go on.")

    @Argument(help: "The machine's name.")
    var name: String

    @Flag(help: "End the hold.")
    var release = false

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let answer = try await options.client().send(
            .POST, ["machines", name, "hold"], body: .object(["hold": .bool(!release)]))
        Output.standard.print(answer, options.output) {
            "machine \(Terminal.printable(name)) is \(release ? "no longer held" : "held")"
        }
    }
}
