// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Host

/// `ingot quirks check`.
struct QuirksCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check quirk files, naming file, row and field of what is wrong.")

    @Argument(help: "Quirk files, or directories of them.")
    var files: [String]

    func run() throws {
        var rows: [QuirkRow] = []
        var errors: [QuirkError] = []
        for file in files {
            let (found, problems) = try QuirkLibrary.read(file, isSite: true)
            rows += found
            errors += problems
        }
        if errors.isEmpty {
            do throws(QuirkError) { _ = try QuirkBook(rows) } catch { errors.append(error) }
        }
        for error in errors { Output.error.line(Terminal.printable("\(error)")) }
        guard errors.isEmpty else {
            throw CommandError(.refused, "\(errors.count) \(errors.count == 1 ? "thing is" : "things are") wrong")
        }
        Output.standard.line("\(rows.count) \(rows.count == 1 ? "row" : "rows"): sound")
    }
}
