// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control

/// `ingot plugin show`.
struct PluginShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show everything known about one plugin.")

    @Argument(help: "The plugin's identifier, like dev.ingot.ipmi.")
    var id: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let plugins = try await options.client().list(["plugins"], key: "plugins")
        guard let plugin = plugins.elements?.first(where: { $0["id"].text == id }) else {
            throw CommandError(.notFound, "there is no plugin \(id)")
        }
        Output.standard.print(plugin, options.output) { Self.text(plugin) }
    }

    /// The plugin as lines for people.
    static func text(_ plugin: JSONValue) -> String {
        guard case .object(let members) = plugin else { return "" }
        var details = Details()
        for (key, value) in members.sorted(by: { $0.key < $1.key }) where !value.isNull {
            details.add(Terminal.printable(key), value.text ?? value.rendered(indented: false))
        }
        return details.rendered()
    }
}
