// SPDX-License-Identifier: Apache-2.0

/// An entry of a log service.
struct LogEntry: Equatable {
    var id: String
    var created: String
    var json: JSON

    init(_ entry: JSON) {
        id = entry["Id"]?.text ?? entry["@odata.id"]?.text ?? ""
        created = entry["Created"]?.text ?? ""
        json = entry
    }

    /// The event as `ingot.eventlog/1` tells it.
    var event: JSON {
        .members([
            "id": .string(id), "time": Timestamp.utc(created).map(JSON.string) ?? .null,
            "severity": .string(severity), "source": .text(source),
            "message": .string(String((json["Message"]?.text ?? json["MessageId"]?.text ?? "").prefix(4096))),
        ])
    }

    private var severity: String {
        switch json["Severity"]?.text ?? json["MessageSeverity"]?.text {
        case "Critical": "critical"
        case "Warning": "warning"
        default: "info"
        }
    }

    private var source: String? {
        if let origin = json[["Links", "OriginOfCondition"]]?["@odata.id"]?.text { return Component.id(of: origin) }
        guard let type = json["SensorType"]?.text else { return nil }
        return type + (json["SensorNumber"]?.integer.map { " \($0)" } ?? "")
    }

    /// Oldest first: by number where all ids are numbers, else by time; entries that tie keep the service's order.
    static func sorted(_ entries: [LogEntry]) -> [LogEntry] {
        let numbers = entries.map { Int64($0.id) }
        let keys: [Int64] =
            numbers.contains(nil)
            ? entries.map { Timestamp.seconds($0.created) ?? 0 } : numbers.compactMap { $0 }
        let isFalling = (keys.first ?? 0) > (keys.last ?? 0)
        return entries.indices.sorted {
            keys[$0] != keys[$1] ? keys[$0] < keys[$1] : isFalling ? $0 > $1 : $0 < $1
        }.map { entries[$0] }
    }
}

/// Where a reader of an event log has come to: the log and the entry it read last.
struct LogCursor: Equatable {
    var service: String
    /// nil when the log was empty.
    var last: (id: String, created: String)?

    static func == (a: LogCursor, b: LogCursor) -> Bool { a.text == b.text }

    var text: String {
        JSON.members([
            "service": .string(service), "id": .text(last?.id), "created": .text(last?.created),
        ]).encoded
    }

    init(service: String, last: (id: String, created: String)?) {
        self.service = service
        self.last = last
    }

    init?(_ text: String) {
        guard text.utf8.count <= 4096, let json = try? JSONReader.read(Array(text.utf8)),
            let service = json["service"]?.text
        else { return nil }
        self.service = service
        if let id = json["id"]?.text { last = (id, json["created"]?.text ?? "") }
    }

    /// The entries after the cursor, and whether some may have been lost.
    func rest(of entries: [LogEntry]) -> (entries: ArraySlice<LogEntry>, isLost: Bool) {
        guard let last else { return (entries[...], false) }
        guard let index = entries.lastIndex(where: { $0.id == last.id && $0.created == last.created }) else {
            return (entries[...], true)
        }
        return (entries[(index + 1)...], false)
    }
}
