// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import NIOHTTP1

/// `ingot machine events`.
struct MachineEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Read the event log of a machine's BMC, oldest event first.",
        discussion: """
            With --output json the answer has a cursor: give it as --after to read on from there.
            """)

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: ArgumentHelp("Read on after this cursor.", valueName: "cursor"))
    var after: String?

    @Option(help: ArgumentHelp("At most this many events.", valueName: "n"))
    var limit: Int?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        var query: [(String, String)] = []
        if let after { query.append(("after", after)) }
        if let limit { query.append(("limit", String(limit))) }
        let page = try await options.client().send(.GET, ["machines", name, "events"], query: query, timeout: 120)
        guard page["events"].elements != nil else { throw CommandError(.badAnswer, "the server sent no events") }
        Output.standard.print(page, options.output) { Self.text(page) }
    }

    /// The page as a table, with a line before it when events are missing.
    static func text(_ page: JSONValue) -> String {
        var table = Table(["ID", "TIME", "SEVERITY", "SOURCE", "MESSAGE"])
        for event in page["events"].elements ?? [] {
            table.add([
                event["id"].text, event["time"].text, event["severity"].text, event["source"].text,
                event["message"].text,
            ])
        }
        let lost = page["lost"].flag == true ? "events before these are gone from the log\n" : ""
        return lost + table.rendered()
    }
}
