// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `ingot version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    func run() {
        Output.standard.line("ingot \(Version.current)")
    }
}
