// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `ingot plugin …`.
struct PluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Drivers and installers the server has found.",
        subcommands: [PluginList.self, PluginShow.self, PluginReload.self])
}
