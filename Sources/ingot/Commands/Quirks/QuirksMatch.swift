// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Host

/// `ingot quirks match`.
struct QuirksMatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match", abstract: "Show which rows hold for a machine.")

    @Option(help: "The machine's vendor, as its driver tells it.")
    var vendor: String?

    @Option(help: "Its model.")
    var model: String?

    @Option(help: "The version of its BMC's firmware.")
    var firmware: String?

    @Option(help: ArgumentHelp("Only for this driver.", valueName: "id"))
    var driver: String?

    @OptionGroup var options: QuirkOptions

    func validate() throws {
        guard vendor != nil || model != nil else { throw ValidationError("--vendor or --model is needed") }
    }

    func run() throws {
        let book = try QuirkLibrary.load(
            builtIn: options.builtin ?? QuirkLibrary.builtInDirectory, site: options.directory)
        let identity = Capabilities.Identity(vendor: vendor, model: model, firmware: firmware)
        let drivers = Set(book.rows.map(\.driver)).filter { driver == nil || $0 == driver }.sorted()
        let matches = drivers.flatMap { book.matches(driver: $0, identity: identity) }
        let values = matches.map { match in
            JSONValue.object([
                "row": .string(match.row.id), "driver": .string(match.row.driver), "quirk": .string(match.row.quirk),
                "apply": .bool(match.row.apply),
                "overruled_by": match.overruledBy.map { .string($0.id) } ?? .null,
                "reason": .string(match.row.summary),
            ])
        }
        Output.standard.print(.array(values), options.output) {
            guard !matches.isEmpty else { return "no row fits" }
            var table = Table(["ROW", "DRIVER", "QUIRK", "USED", "REASON"])
            for match in matches {
                let used = match.overruledBy.map { "no: \($0.id)" } ?? (match.row.apply ? "yes" : "not to be")
                table.add([match.row.id, match.row.driver, match.row.quirk, used, match.row.summary])
            }
            return table.rendered()
        }
    }
}
