// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import Host
private import PluginAPI

/// Checks 36 and 37.
enum EventLogChecks {
    private struct Page {
        var events: [JSONValue]
        var ids: [String] { events.compactMap { $0["id"]?.string } }
        var cursor: String
        var isLost: Bool
    }

    private static func read(_ device: Device, after cursor: String? = nil, limit: Int? = nil) async throws -> Page {
        var query: JSONValue = .object([])
        if let cursor { query = query.setting("after", .string(cursor)) }
        if let limit { query = query.setting("limit", .number(limit)) }
        let answer = try requireOK(
            await device.read(.eventlog, query: query.text, .within(.seconds(60))), "query \(query.text)")
        var events: [JSONValue] = []
        for bytes in answer.emitted("event") {
            let event: JSONValue
            do throws(JSONError) { event = try JSONParser.parse(bytes) } catch {
                throw CheckStop.failed(expected: "each event is JSON", seen: error.description)
            }
            let shown = String(event.text.prefix(300))
            try require(event["id"]?.string != nil && event["message"] != nil, "an event has id and message", shown)
            try require(
                ["info", "warning", "critical"].contains(event["severity"]?.string ?? ""),
                "an event's severity is info, warning or critical", shown)
            if let time = event["time"], !time.isNull {
                try require(
                    time.string?.wholeMatch(of: /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})/)
                        != nil,
                    "an event's time is RFC 3339 or null", shown)
            }
            events.append(event)
        }
        let cursors = answer.emitted("cursor")
        try require(cursors.count == 1, "one cursor comes", "\(cursors.count) came")
        try require(
            answer.notes.emitted.last { $0.key == "event" || $0.key == "cursor" }?.key == "cursor",
            "the cursor comes after the last event", "an event came later")
        let isLost = answer.emitted("note").contains { bytes in
            if case .bool(true) = (try? JSONParser.parse(bytes))?["lost"] ?? .null { return true }
            return false
        }
        return Page(events: events, cursor: String(decoding: cursors[0], as: UTF8.self), isLost: isLost)
    }

    private static func add(_ target: any SimulatedTarget, _ numbers: ClosedRange<Int>) {
        target.chassis.withChassis { chassis, _ in
            for number in numbers {
                chassis.eventLog.add(
                    "Event \(number)", source: "FAN1", severity: number % 3 == 0 ? .critical : .info,
                    seconds: 1_700_000_000 + Int64(number))
            }
        }
    }

    static func order(_ run: CheckRun) async throws {
        let (target, device) = try await run.open { options in
            options.chassis = Chassis(power: .on, eventLog: EventLog(capacity: 40))
        }
        add(target, 1...12)
        let first = try await read(device)
        let truth = target.chassis.snapshot.eventLog.records.count
        try require(first.events.count == truth, "the \(truth) events of the log are told", "\(first.events.count) are")
        try require(
            Set(first.ids).count == first.ids.count, "no event is told twice", first.ids.joined(separator: ", "))
        let times = first.events.compactMap { $0["time"]?.string }
        try require(times == times.sorted(), "events come oldest first", times.joined(separator: ", "))
        let nothing = try await read(device, after: first.cursor)
        try require(
            nothing.events.isEmpty && !nothing.isLost, "after the cursor there is nothing new",
            "\(nothing.events.count) events come again")
        add(target, 13...17)
        let more = try await read(device, after: nothing.cursor)
        try require(
            more.events.count == 5, "the five new events come after the cursor",
            "\(more.events.count) come (\(more.ids.joined(separator: ", ")))")
        try require(
            Set(more.ids).isDisjoint(with: first.ids), "no event comes a second time",
            Set(more.ids).intersection(first.ids).sorted().joined(separator: ", "))
        // In pieces.
        var pieces: [String] = []
        var cursor: String?
        for _ in 0..<20 {
            let page = try await read(device, after: cursor, limit: 4)
            try require(page.events.count <= 4, "a limit of 4 is kept", "\(page.events.count) events come")
            pieces += page.ids
            cursor = page.cursor
            if page.events.isEmpty { break }
        }
        try require(
            pieces == first.ids + more.ids, "page by page the same events come, none lost, none twice",
            pieces.joined(separator: ", "))
        // The log wraps around.
        add(target, 18...70)
        let wrapped = try await read(device, after: first.cursor)
        try require(wrapped.isLost, "a cursor that was overtaken says {\"lost\": true} as note", "it does not")
        let oldest = target.chassis.snapshot.eventLog.records.count
        try require(
            wrapped.events.count == oldest,
            "after an overtaken cursor the log is told from its oldest event, all \(oldest)",
            "\(wrapped.events.count) events come")
        try await device.close()
    }

    static func clear(_ run: CheckRun) async throws {
        guard try run.load().tables.eventLog.clear != nil else {
            throw CheckStop.notApplicable("the driver clears no event log")
        }
        let (target, device) = try await run.open { $0.chassis = .running() }
        add(target, 1...5)
        target.chassis.withChassis { chassis, now in chassis.setBoot(BootOverride(.pxe, persistent: true), at: now) }
        let before = target.chassis.snapshot
        let old = try await read(device)
        let answer = try await device.clear(.eventlog, .within(.seconds(60)))
        try requireOK(answer)
        let after = target.chassis.snapshot
        // A BMC notes in its log that the log was cleared.
        try require(
            after.eventLog.records.count <= 1, "the log is empty", "\(after.eventLog.records.count) events are in it")
        try require(
            after.power == before.power && after.counts == before.counts, "the machine's power stays",
            PowerStateChecks.changes(before.counts, after.counts))
        try require(
            after.bootOverride == before.bootOverride, "the boot override stays",
            "it is \(after.bootOverride.target.rawValue)")
        let page = try await read(device)
        try require(page.events.count <= 1, "no old event is told any more", "\(page.events.count) are")
        add(target, 90...91)
        let new = try await read(device, after: old.cursor)
        try require(
            new.isLost || new.events.count >= 2, "a cursor from before says {\"lost\": true}, or the new events come",
            "\(new.events.count) events come, and no note")
        try await device.close()
    }
}
