// SPDX-License-Identifier: Apache-2.0
internal import PluginWire

/// What a device tells in lists of JSON objects; docs/driver-json.md has their shapes.
extension Device {
    /// The JSON of each component the device reports.
    public func inventory(deadline: Duration) async throws -> [String] {
        try await read(.inventoryRead, "{}", deadline).texts("component")
    }

    /// The JSON of each sensor.
    public func sensors(deadline: Duration) async throws -> [String] {
        try await read(.sensorsRead, "{}", deadline).texts("sensor")
    }

    /// Reads the event log from a cursor on.
    /// - Parameters:
    ///   - cursor: where an earlier page ended; nil begins with the oldest event.
    ///   - limit: most events of this page; nil leaves it to the driver.
    public func events(after cursor: String? = nil, limit: Int? = nil, deadline: Duration) async throws -> EventPage {
        var members: [(key: String, value: JSONValue)] = []
        if let cursor { members.append(("after", .string(cursor))) }
        if let limit {
            let limit = max(1, limit)
            members.append(("limit", .number(JSONNumber(text: String(limit), value: Double(limit)))))
        }
        let reply = try await read(.eventLogRead, JSONValue.object(members).text, deadline)
        let hasLost = reply.texts("note").contains { note in
            (try? JSONParser.parse(note))?["lost"] == .bool(true)
        }
        return EventPage(events: reply.texts("event"), cursor: reply.texts("cursor").last, hasLost: hasLost)
    }

    /// Empties the event log on the device.
    /// - Parameter operation: the same for every retry of one intent.
    public func clearEvents(operation: String, deadline: Duration) async throws {
        _ = try await perform(.init(function: .eventLogClear, deadline: .after(deadline), operation: operation))
    }

    private func read(_ function: WireFunction, _ query: String, _ deadline: Duration) async throws -> WorkerReply {
        try await perform(.init(function: function, deadline: .after(deadline), argument: Array(query.utf8)))
    }
}

/// A part of an event log, oldest first.
public struct EventPage: Sendable {
    /// The JSON of each event.
    public var events: [String]
    /// Where the next page begins; nil when the driver gave none.
    public var cursor: String?
    /// Events between the asked cursor and this page are gone from the device.
    public var hasLost: Bool
}
