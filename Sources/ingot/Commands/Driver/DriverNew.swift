// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Scaffold

/// `ingot driver new`.
struct DriverNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write a new driver that builds, works on the simulated BMC, and passes the kit.",
        discussion: "docs/driver-guide.md leads from there to a driver of your own.")

    private static let languages = DriverLanguage.allCases.map(\.rawValue).joined(separator: ", ")

    @Argument(help: "Its name: lower-case letters, digits and hyphens, like acme-bmc.")
    var name: String

    @Option(
        name: .shortAndLong, help: "The language: \(Self.languages).",
        transform: { text in
            guard let language = DriverLanguage(rawValue: text) else {
                throw ValidationError("there is no template in \(text); there is one in \(Self.languages)")
            }
            return language
        })
    var language: DriverLanguage

    @Option(name: .shortAndLong, help: "Where to write it; a new directory. (default: the name)")
    var directory: String?

    @Option(help: "The plugin's id in reverse DNS. (default: dev.example.<name>)")
    var id: String?

    @Option(help: "Who makes it.")
    var vendor = "Example"

    func run() throws {
        do throws(ScaffoldError) {
            let scaffold = try DriverScaffold(name: name, id: id, vendor: vendor, language: language)
            let place = directory ?? name
            try scaffold.write(to: place)
            print(Self.report(scaffold, place))
        } catch {
            throw CommandError(error.field == nil ? .local : .usage, error.message, field: error.field)
        }
    }

    /// What was written and what comes next.
    static func report(_ scaffold: DriverScaffold, _ place: String) -> String {
        let files = scaffold.files.map { "  \(place)/\($0.path)" }.sorted()
        return
            (["\(scaffold.id), a driver in \(scaffold.language.rawValue):"] + files
            + ["", "Next: cd \(place) && make && make check", "Then: \(place)/README.md"]).joined(separator: "\n")
    }
}
