// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation
import Testing

@testable import ingot

/// Progress on a terminal and elsewhere, and following a job over a real socket.
@Suite(.timeLimit(.minutes(1)))
struct ProgressTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let utc = TimeZone(secondsFromGMT: 0) ?? .current

    private func job(
        state: String = "running", phase: String = "writing", permille: Int = 570, waiting: String? = nil,
        error: String? = nil
    ) throws -> JobView {
        var members: [String: JSONValue] = [
            "id": .string("j1"), "kind": .string("deploy"), "machine": .string("m1"), "instance": .string("web1"),
            "state": .string(state), "phase": .string(phase), "permille": .integer(Int64(permille)),
        ]
        if let waiting {
            members["waiting_for"] = .object([
                "what": .string(waiting), "since": .integer(1_799_999_988), "deadline": .integer(1_800_000_200),
            ])
        }
        if let error { members["error"] = .string(error) }
        return try JobView(.object(members))
    }

    private func renderer(interactive: Bool, environment: [String: String] = ["NO_COLOR": "1"]) -> ProgressRenderer {
        ProgressRenderer(
            terminal: Terminal(interactive: interactive, width: 60, environment: environment), zone: utc)
    }

    @Test func aTerminalGetsOneBlock() throws {
        var renderer = renderer(interactive: true)
        let first = renderer.update(try job(waiting: "the agent"), events: [], now: now)
        #expect(
            first == """
                deploy web1 on m1  job j1
                writing  [######################..................] 57 %
                waiting for the agent, since 12 s, until 08:03:20

                """)
        let second = renderer.update(try job(state: "succeeded", permille: 1_000), events: [], now: now)
        #expect(second.hasPrefix("\u{1B}[3A\r\u{1B}[J"))
        #expect(second.hasSuffix("] 100 %\n"))
        #expect(!second.contains("."), "nothing is left of the bar")
        let third = renderer.update(try job(), events: [], now: now)
        #expect(third.hasPrefix("\u{1B}[2A\r\u{1B}[J"))
    }

    @Test func longTextsDoNotWrapTheBlock() throws {
        var renderer = renderer(interactive: true)
        let text = renderer.update(
            try job(phase: String(repeating: "p", count: 90), waiting: String(repeating: "w", count: 200)), events: [],
            now: now)
        #expect(text.split(separator: "\n").allSatisfy { Table.width(String($0)) < 60 })
    }

    @Test func coloursOnlyOnATerminal() throws {
        var colourful = renderer(interactive: true, environment: [:])
        #expect(colourful.update(try job(), events: [], now: now).contains("\u{1B}[36m"))
        var lines = renderer(interactive: false, environment: [:])
        #expect(!lines.update(try job(), events: [], now: now).contains("\u{1B}"))
    }

    @Test func elsewhereOneLinePerChange() throws {
        var renderer = renderer(interactive: false)
        let event = JobEvent(
            .object([
                "seq": .integer(1), "at": .integer(1_800_000_000), "phase": .string("boot"), "message": .string("on"),
            ]))
        #expect(
            renderer.update(try job(), events: [event], now: now) == """
                2027-01-15T08:00:00Z deploy web1 on m1: boot: on
                2027-01-15T08:00:00Z deploy web1 on m1: running, writing, 57 %

                """)
        #expect(renderer.update(try job(permille: 580), events: [], now: now) == "")
        #expect(renderer.update(try job(permille: 600), events: [], now: now).contains("60 %"))
        let waiting = renderer.update(try job(permille: 600, waiting: "power"), events: [], now: now)
        #expect(waiting.contains("waiting for power"))
        #expect(
            renderer.update(try job(state: "failed", error: "no disk"), events: [], now: now).hasSuffix("no disk\n"))
    }

    private func answer(_ state: String, events: String = "") -> CannedServer.Answer {
        CannedServer.json(
            #"{"events":[\#(events)],"job":{"id":"7","kind":"power","machine":"m","state":"\#(state)","#
                + #""error":"the BMC is gone"}}"#)
    }

    private func watcher(_ server: CannedServer, limit: Double? = nil) throws -> JobWatcher {
        let output = Output(terminal: Terminal(interactive: false, width: 80, environment: [:])) { _ in }
        return JobWatcher(client: try APIClient(server: server.url, token: nil), output: output, limit: limit)
    }

    @Test func followsToTheEnd() async throws {
        let server = try await CannedServer([
            answer("running", events: #"{"seq":4,"message":"a"}"#), .hangUp, answer("running"),
            answer("succeeded", events: #"{"seq":4,"message":"a"},{"seq":5,"message":"b"}"#),
        ])
        var seen: [Int64] = []
        let json = try await watcher(server).follow("7") { seen.append($0.sequence) }
        #expect(json["state"].text == "succeeded")
        #expect(seen == [4, 5])
        #expect(server.requests.count == 4)
        #expect(server.requests.last?.hasPrefix("GET /v1/jobs/7/events?after=4&wait=") == true)
        await server.stop()
    }

    @Test(arguments: [("failed", "failed: the BMC is gone"), ("aborted", "was aborted")])
    func failuresFailTheCommand(_ state: String, _ part: String) async throws {
        let server = try await CannedServer([answer(state)])
        let json = try await watcher(server).follow("7")
        #expect { try JobWatcher.check(json) } throws: { error in
            let error = error as? CommandError
            return error?.exit == .failed && error?.message.contains(part) == true
        }
        await server.stop()
    }

    @Test func waitingHasALimit() async throws {
        let server = try await CannedServer([answer("running")])
        await #expect { try await watcher(server, limit: 0.5).follow("7") } throws: {
            ($0 as? CommandError)?.exit == .timeout
        }
        await server.stop()
    }

    @Test func aJobWithoutAStateIsABadAnswer() async throws {
        let server = try await CannedServer([CannedServer.json(#"{"events":[],"job":{"id":"7"}}"#)])
        await #expect { try await watcher(server).follow("7") } throws: {
            ($0 as? CommandError)?.exit == .badAnswer
        }
        await server.stop()
    }
}
