// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Host

/// `ingot quirks list`.
struct QuirksList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all rows.")

    @Option(help: ArgumentHelp("Only those of this driver.", valueName: "id"))
    var driver: String?

    @OptionGroup var options: QuirkOptions

    func run() throws {
        let book = try QuirkLibrary.load(
            builtIn: options.builtin ?? QuirkLibrary.builtInDirectory, site: options.directory)
        let rows = book.rows.filter { driver == nil || $0.driver == driver }
        let values = JSONValue.array(rows.map(\.value))
        Output.standard.print(values, options.output) {
            var table = Table(["ROW", "DRIVER", "QUIRK", "MET ON", "SUMMARY"])
            for row in rows {
                table.add([row.id, row.driver, (row.apply ? "" : "not ") + row.quirk, row.match, row.summary])
            }
            return table.rendered()
        }
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
            "apply": .bool(apply), "excludes": .array(excludes.map { .string($0) }), "summary": .string(summary),
            "source": .string(source), "simulator": .string(simulator), "file": .string(file),
        ])
    }
}
