// SPDX-License-Identifier: Apache-2.0
public import PluginKit

extension RedfishDevice: EventLog {
    /// Ids of log services that hold hardware events, best first.
    private static let preferred = ["sel", "eventlog", "iml", "event", "log1", "systemevent", "standardlog", "log"]

    /// Emits the entries of the system's event log, oldest first, and the cursor.
    ///
    /// The cursor names the last entry by id and time: a log that was cleared, or that has dropped the entry, is read from its
    /// oldest entry and `note` says so. Who reads on from a cursor gets an event stream opened where the service has one
    /// (`ServerSentEventUri`); while it is silent the log is not read.
    public func events(query: String?, _ call: borrowing Call) throws(PluginError) {
        let query = try EventQuery(query)
        if let after = query.after {
            if try follower.isSilent(after: after, call) { return try call.emit("cursor", after.text) }
            try follower.follow { () throws(PluginError) in try self.eventStream(call) }
        }
        let began = ContinuousClock.now
        let service = try logService(call)
        guard let link = service.link("Entries") else {
            throw PluginError(.unsupported, "\(service.path): the log service has no entries")
        }
        let entries = try LogEntry.sorted(logEntries(link, call))
        var rest = entries[...]
        if let after = query.after {
            let (left, isLost) = after.service == service.path ? after.rest(of: entries) : (entries[...], true)
            rest = left
            if isLost { try call.emit("note", JSON.members(["lost": true]).encoded) }
        }
        if let limit = query.limit { rest = rest.prefix(limit) }
        for entry in rest { try call.emit("event", entry.event.encoded) }
        let reached = rest.last.map { ($0.id, $0.created) }
        let before = query.after?.service == service.path && !entries.isEmpty ? query.after?.last : nil
        let cursor = LogCursor(service: service.path, last: reached ?? before)
        try call.emit("cursor", cursor.text)
        // The last of all, so that nothing is left that a limit cut off.
        if rest.count < query.limit ?? .max { follower.didRead(from: query.after, to: cursor, began: began) }
    }

    /// The event stream of the service; nil where there is none.
    private func eventStream(_ call: borrowing Call) throws(PluginError) -> EventStream? {
        try client.logIn(call)
        guard let path = try eventStreamPath(call) else { return nil }
        return try EventStream(client, path, call)
    }

    private func eventStreamPath(_ call: borrowing Call) throws(PluginError) -> String? {
        let service = try client.optional(client.serviceRoot(call).link("EventService"), call)
        guard service?["ServiceEnabled"]?.bool != false, let link = service?["ServerSentEventUri"]?.text else {
            return nil
        }
        return try? configuration.origin.path(of: link)
    }

    /// Clears the log by the service's own action.
    public func clearEvents(_ call: borrowing Call) throws(PluginError) {
        let service = try logService(call)
        guard let target = service.action("LogService.ClearLog")?["target"]?.text else {
            throw PluginError(.unsupported, "\(service.path): the log cannot be cleared")
        }
        try client.post(target, .object([:]), call)
    }

    func eventLogCapability(
        _ system: Resource, _ managers: [Resource], _ call: borrowing Call
    ) throws(PluginError) -> JSON {
        guard let service = try findLogService(system, managers, call) else {
            return Self.answer("no", "neither the system nor its manager has a log service", ["clear": false])
        }
        let clears = service.action("LogService.ClearLog")?["target"]?.text != nil
        let path = try eventStreamPath(call)
        return Self.answer(
            "yes", "\(service.path)\(clears ? ", with ClearLog" : "")\(path.map { ", announced at \($0)" } ?? "")",
            ["clear": .bool(clears), "announced": .bool(path != nil)])
    }

    private func logService(_ call: borrowing Call) throws(PluginError) -> Resource {
        let system = try system(call)
        guard let service = try findLogService(system, managers(of: system, call), call) else {
            if let wanted = configuration.eventLog {
                throw .invalid(field: "event_log", "there is no log service \(wanted)")
            }
            throw PluginError(.unsupported, "neither the system nor its manager has a log service")
        }
        return service
    }

    /// The configured log service, or the best of the system, of its managers, or of its chassis.
    private func findLogService(
        _ system: Resource, _ managers: [Resource], _ call: borrowing Call
    ) throws(PluginError) -> Resource? {
        for owner in [system] + managers.prefix(2) {
            var candidates: [Resource] = []
            for service in try client.resources(of: owner.link("LogServices"), expand: false, call) {
                if let wanted = configuration.eventLog {
                    if service.id == wanted { return service }
                } else if service.link("Entries") != nil {
                    candidates.append(service)
                }
            }
            let best = candidates.min { Self.rank($0) < Self.rank($1) }
            if let best { return best }
        }
        return nil
    }

    private static func rank(_ service: Resource) -> Int {
        let id = service.id.lowercased()
        return preferred.firstIndex(of: id) ?? preferred.count + (service["LogEntryType"]?.text == "SEL" ? 0 : 1)
    }

    private func logEntries(_ link: String, _ call: borrowing Call) throws(PluginError) -> [LogEntry] {
        let limits = Client.CollectionLimits(members: 20_000, pages: 1_000)
        let found = try client.members(of: link, limits: limits, call)
        var entries: [LogEntry] = []
        for member in found {
            if (member.object?.count ?? 0) > 1 {
                entries.append(LogEntry(member))
            } else if let read = try client.optional(member["@odata.id"]?.text, call) {
                entries.append(LogEntry(read.json))
            }
        }
        return entries
    }
}

/// What a reader of the event log asks for.
struct EventQuery {
    var after: LogCursor?
    var limit: Int?

    /// Throws `invalid` naming the member.
    init(_ text: String?) throws(PluginError) {
        guard let text, !text.isEmpty else { return }
        guard let json = try? JSONReader.read(Array(text.utf8)), json.object != nil else {
            throw .invalid(field: "query", "is no JSON object")
        }
        if let after = json["after"] {
            guard let text = after.text, let cursor = LogCursor(text) else {
                throw .invalid(field: "$.after", "is no cursor of this driver")
            }
            self.after = cursor
        }
        if let limit = json["limit"] {
            guard let number = limit.integer, (1...1_000_000).contains(number) else {
                throw .invalid(field: "$.limit", "is not a number from 1")
            }
            self.limit = Int(number)
        }
    }
}
