// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `ingot quirks …`.
struct QuirksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quirks",
        abstract: "What is known about BMCs that need a driver's help.",
        discussion: """
            Works on files of this host, without a server: the rows that come with Ingot and those of --directory. \
            docs/quirks.md has the format.
            """,
        subcommands: [QuirksList.self, QuirksMatch.self, QuirksCheck.self])
}

/// Where rows are read from.
struct QuirkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A directory with a site's own rows.", valueName: "path"))
    var directory: [String] = []

    @Option(help: ArgumentHelp("The directory of the rows that come with Ingot.", valueName: "path"))
    var builtin: String?

    @Option(name: [.short, .long], help: "How to print results: table, json or yaml.")
    var output = OutputFormat.table
}
