// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import PluginAPI
import RedfishSimulator
import Synchronization
import Testing

@testable import Redfish

/// Reading a log on while the service announces what comes.
@Suite struct EventStreamTests {
    @Test func eventsAreCountedHoweverTheyAreCut() {
        let text =
            ": hello\n\nid: 1\ndata: {\ndata: }\n\nid: 2\n\ndata\r\n\r\ndatabase: x\n\nretry: 1\rdata:y\r\rdata: end"
        for size in 1...text.utf8.count {
            var parser = EventStreamParser()
            let bytes = Array(text.utf8)
            let count = stride(from: 0, to: bytes.count, by: size).map {
                parser.take(bytes[$0..<min($0 + size, bytes.count)])
            }
            #expect(count.reduce(0, +) == 3)
        }
        var parser = EventStreamParser()
        #expect(parser.take([UInt8](repeating: UInt8(ascii: "x"), count: 100_000)) == 0)
    }

    private static func read(_ device: OpenDevice, after cursor: String) async throws -> OpenDevice.Outcome {
        let query = try JSONSerialization.data(withJSONObject: ["after": cursor])
        return await device.read(INGOT_EVENTLOG, String(decoding: query, as: UTF8.self))
    }

    private static func add(_ bmc: SimulatedBMC, _ message: String) {
        bmc.chassis.withChassis { chassis, _ in chassis.eventLog.add(message, seconds: 1_700_000_000) }
    }

    @Test func whileTheStreamIsSilentTheLogIsNotRead() async throws {
        let bmc = try await SimulatedBMC()
        Self.add(bmc, "first")
        let device = try bmc.open()
        let begin = await device.read(INGOT_EVENTLOG)
        #expect(begin.status == INGOT_OK, "\(begin.message)")
        var cursor = try #require(begin.texts("cursor").last)
        // The first that reads on opens the stream; then there is nothing to ask for.
        var silent = false
        for _ in 0..<50 where !silent {
            let outcome = try await Self.read(device, after: cursor)
            #expect(outcome.status == INGOT_OK, "\(outcome.message)")
            #expect(outcome.json("event").isEmpty && outcome.texts("cursor") == [cursor])
            silent = outcome.requests.isEmpty
        }
        #expect(silent)
        #expect(bmc.server.statistics.requests["GET /redfish/v1/EventService/SSE"] == 1)
        // What comes is announced, and read.
        Self.add(bmc, "second")
        var messages: [String] = []
        for _ in 0..<200 where messages.isEmpty {
            let outcome = try await Self.read(device, after: cursor)
            messages = outcome.json("event").compactMap { $0["message"] as? String }
            cursor = outcome.texts("cursor").last ?? cursor
            if messages.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        }
        #expect(messages == ["second"])
        #expect(await device.powerState().status == INGOT_OK)
        device.close()
        #expect(bmc.server.statistics.sessionsOpen == 0)
        await bmc.stop()
    }

    /// A limit leaves entries behind, and another cursor is another place: both are read.
    @Test func onlyTheEndOfTheLogIsSilent() async throws {
        let bmc = try await SimulatedBMC()
        for text in ["a", "b", "c"] { Self.add(bmc, text) }
        let device = try bmc.open()
        let first = await device.read(INGOT_EVENTLOG, #"{"limit":1}"#)
        let cursor = try #require(first.texts("cursor").last)
        for _ in 0..<4 {
            let rest = try await Self.read(device, after: cursor)
            #expect(rest.json("event").count == 2)
        }
        await bmc.stop()
    }

    @Test(arguments: ["none", "refused", "html", "ends"])
    func withoutAStreamEachReadIsARead(kind: String) async throws {
        let log = #"{"Id":"SEL","@odata.id":"/l","Entries":{"@odata.id":"/e"}}"#
        let stream = kind == "none" ? "" : #","ServerSentEventUri":"/redfish/v1/SSE""#
        let machine = Machine(resources: [
            "/redfish/v1/Systems/1/LogServices": #"{"Members":[{"@odata.id":"/l"}]}"#, "/l": log,
            "/e": #"{"Members":[{"Id":"1","Message":"x","Created":"2026-01-01T00:00:00Z"}]}"#,
            "/redfish/v1/EventService": #"{"ServiceEnabled":true\#(stream)}"#,
        ]) { machine, request in
            if request.path == "/redfish/v1/" {
                return .json(
                    #"""
                    {"RedfishVersion":"1.15.0","Systems":{"@odata.id":"/redfish/v1/Systems"},
                    "EventService":{"@odata.id":"/redfish/v1/EventService"},
                    "Links":{"Sessions":{"@odata.id":"\#(Machine.sessionsPath)"}}}
                    """#)
            }
            guard request.path == "/redfish/v1/SSE" else { return nil }
            return switch kind {
            case "refused": .refusal(403, "Base.1.8.InsufficientPrivilege")
            case "html": ScriptedService.Answer(headers: [("Content-Type", "text/html")], body: Array("hi".utf8))
            default:
                ScriptedService.Answer(
                    raw: Array("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: bye\n\n".utf8))
            }
        }
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        let cursor = try #require(await device.read(INGOT_EVENTLOG).texts("cursor").last)
        for _ in 0..<4 {
            let outcome = try await Self.read(device, after: cursor)
            #expect(outcome.status == INGOT_OK, "\(outcome.message)")
            #expect(outcome.requests.contains { $0.contains("/e") })
        }
        #expect(service.titles.filter { $0 == "GET /redfish/v1/SSE" }.count == (kind == "none" ? 0 : 1))
    }
}
