// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Foundation
import Host

/// `ingot quirks list`.
struct QuirksList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all rows.")

    @Option(help: ArgumentHelp("Only those of this driver.", valueName: "id"))
    var driver: String?

    @Flag(help: "As the table of docs/quirks.md.")
    var markdown = false

    @OptionGroup var options: QuirkOptions

    func run() throws {
        let book = try QuirkLibrary.load(
            builtIn: options.builtin ?? QuirkLibrary.builtInDirectory, site: options.directory)
        let rows = book.rows.filter { driver == nil || $0.driver == driver }
        if markdown {
            Output.standard.line(Self.markdown(rows))
            return
        }
        let values = JSONValue.array(rows.map(\.value))
        Output.standard.print(values, options.output) {
            var table = Table(["ROW", "DRIVER", "QUIRK", "MET ON", "SUMMARY"])
            for row in rows {
                table.add([row.id, row.driver, (row.apply ? "" : "not ") + row.quirk, row.match, row.summary])
            }
            return table.rendered()
        }
    }

    /// The rows as a Markdown table, in the order of drivers and quirks.
    static func markdown(_ rows: [QuirkRow]) -> String {
        func cell(_ text: String) -> String {
            text.replacingOccurrences(of: "|", with: "\\|").replacingOccurrences(of: "*", with: "\\*")
        }
        let lines = rows.sorted { ($0.driver, $0.quirk, $0.id) < ($1.driver, $1.quirk, $1.id) }.map { row in
            let driver = row.driver.split(separator: ".").last.map(String.init) ?? row.driver
            let quirk = row.apply ? "`\(row.quirk)`" : "not `\(row.quirk)`"
            return "| \(driver) | \(quirk) | \(cell(row.match)) | \(cell(row.summary)) | \(row.id) |"
        }
        return (["| driver | quirk | met on | what the BMC does | row |", "|---|---|---|---|---|"] + lines)
            .joined(separator: "\n")
    }
}

extension QuirkRow {
    /// The row as a quirk file has it, with its file.
    var value: JSONValue {
        var match: [String: JSONValue] = [:]
        if !vendor.isEmpty { match["vendor"] = .array(vendor.map { .string($0.description) }) }
        if !model.isEmpty { match["model"] = .array(model.map { .string($0.description) }) }
        if let firmware { match["firmware"] = .string(firmware.description) }
        return .object([
            "id": .string(id), "driver": .string(driver), "quirk": .string(quirk), "match": .object(match),
            "apply": .bool(apply), "trial": .bool(trial), "excludes": .array(excludes.map { .string($0) }),
            "summary": .string(summary),
            "source": .string(source), "simulator": .string(simulator), "file": .string(file),
        ])
    }
}
