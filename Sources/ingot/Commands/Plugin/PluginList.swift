// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control

/// `ingot plugin list`.
struct PluginList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all plugins, refused ones with the reason.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let plugins = try await options.client().list(["plugins"], key: "plugins")
        Output.standard.print(plugins, options.output) { Self.table(plugins).rendered() }
    }

    /// The plugins as a table.
    static func table(_ plugins: JSONValue) -> Table {
        var table = Table(["ID", "VERSION", "VENDOR", "STATE", ">PID", ">RESTARTS", "ABOUT"])
        for plugin in plugins.elements ?? [] {
            table.add([
                plugin["id"].text, plugin["version"].text, plugin["vendor"].text, plugin["state"].text,
                plugin["pid"].text, plugin["restarts"].text,
                plugin["reason"].text ?? plugin["error"].text ?? plugin["last_words"].text ?? plugin["name"].text,
            ])
        }
        return table
    }
}
