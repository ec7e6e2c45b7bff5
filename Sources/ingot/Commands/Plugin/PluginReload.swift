// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import NIOHTTP1

/// `ingot plugin reload`.
struct PluginReload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Move a plugin's devices to a new worker, with the library that is installed now.",
        discussion: """
            Calls that run, and open consoles, stay with the old worker until they are over. When the new one does not
            serve, the old one goes on. Ends a quarantine.
            """)

    @Argument(help: "The plugin's identifier, like dev.ingot.ipmi.")
    var id: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let plugin = try await options.client().send(.POST, ["plugins", id, "reload"])
        Output.standard.print(plugin, options.output) {
            let worker = plugin["pid"].text.map { "worker \($0)" } ?? "the next worker"
            return "plugin \(Terminal.printable(id)): \(worker) has version "
                + Terminal.printable(plugin["version"].text ?? "?")
        }
    }
}
