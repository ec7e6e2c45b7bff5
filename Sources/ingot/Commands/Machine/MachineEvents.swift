// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import NIOHTTP1

/// `ingot machine events`.
struct MachineEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Read the event log of a machine's BMC, oldest event first.",
        discussion: """
            With --output json the answer has a cursor: give it as --after to read on from there. With --follow the command
            goes on until it is interrupted, and prints what comes; as JSON, one page for each time that something came.
            """)

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: ArgumentHelp("Read on after this cursor.", valueName: "cursor"))
    var after: String?

    @Option(help: ArgumentHelp("At most this many events.", valueName: "n"))
    var limit: Int?

    @Flag(name: .shortAndLong, help: "Go on and print what comes.")
    var follow = false

    @OptionGroup var options: GlobalOptions

    /// Seconds between two looks for what has come.
    private static let pause = 2

    func run() async throws {
        let client = try options.client()
        let read = { (after: String?) in try await self.page(client, after: after) }
        let first = try await read(after)
        Output.standard.print(first, options.output) { Self.text(first) }
        if follow { try await Self.follow(first, options.output, .standard, pause: .seconds(Self.pause), read: read) }
    }

    private func page(_ client: APIClient, after: String?) async throws -> JSONValue {
        var query: [(String, String)] = []
        if let after { query.append(("after", after)) }
        if let limit { query.append(("limit", String(limit))) }
        let page = try await client.send(.GET, ["machines", name, "events"], query: query, timeout: 120)
        guard page["events"].elements != nil else { throw CommandError(.badAnswer, "the server sent no events") }
        return page
    }

    /// Reads on from a page and prints what comes, until it is cancelled. A server or a BMC that is away for a while is
    /// waited for.
    static func follow(
        _ first: JSONValue, _ format: OutputFormat, _ output: Output, pause: Duration,
        read: (String?) async throws -> JSONValue
    ) async throws {
        var cursor = first["cursor"].text
        while true {
            try await Task.sleep(for: pause)
            let page: JSONValue
            do {
                page = try await read(cursor)
            } catch let error as CommandError where [.unreachable, .timeout].contains(error.exit) {
                continue
            }
            cursor = page["cursor"].text ?? cursor
            guard page["events"].elements?.isEmpty == false || page["lost"].flag == true else { continue }
            output.print(page, format) { text(page, hasHeadings: false) }
        }
    }

    /// The page as a table, with a line before it when events are missing; without headings where they stand above already.
    static func text(_ page: JSONValue, hasHeadings: Bool = true) -> String {
        var table = Table(["ID", "TIME", "SEVERITY", "SOURCE", "MESSAGE"])
        for event in page["events"].elements ?? [] {
            table.add([
                event["id"].text, event["time"].text, event["severity"].text, event["source"].text,
                event["message"].text,
            ])
        }
        let lost = page["lost"].flag == true ? "events before these are gone from the log\n" : ""
        let lines = table.rendered().split(separator: "\n", omittingEmptySubsequences: false)
        return lost + lines.dropFirst(hasHeadings ? 0 : 1).joined(separator: "\n")
    }
}
