// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit

extension IPMIDevice: EventLog {
    /// Emits the events after the cursor as `event`, oldest first, then `cursor`.
    ///
    /// A cursor whose record is gone, or that is older than the last erasure, emits `note` with `lost` and starts with the
    /// oldest event. Throws `invalid` for a cursor of another make.
    public func events(query: String?, _ call: borrowing Call) throws(PluginError) {
        let wanted = try EventQuery(query)
        let conversation = Conversation(self)
        let info = try eventLogInfo(conversation, call)
        let sensors = info.count == 0 ? [] : namesForEvents(conversation, call)
        let reader = EventLogReader(channel: conversation)
        var (next, isLost) = try reader.start(after: wanted.cursor, info, call)
        var cursor = EventCursor(erased: info.erased, last: isLost ? nil : wanted.cursor?.last)
        if isLost { try call.emit("note", json: LostNote()) }
        var told = 0
        var seen: Set<UInt16> = []
        while let id = next, told < wanted.limit {
            guard let (record, following) = try reader.entry(id, call) else {
                // It was the next one a moment ago: the log has wrapped around or was cleared meanwhile.
                guard id != 0 else { break }
                if !isLost { try call.emit("note", json: LostNote()) }
                isLost = true
                next = 0
                continue
            }
            guard seen.insert(record.id).inserted else { break }
            try call.emit("event", json: EventReport(record, sensors))
            told += 1
            call.progress(UInt32(min(1000 * told / max(info.count, 1), 1000)), "event \(record.id)")
            cursor.last = record
            next = following
        }
        try call.emit("cursor", cursor.text)
    }

    /// Erases the log and waits until the BMC says that it is done.
    public func clearEvents(_ call: borrowing Call) throws(PluginError) {
        let (session, _) = try connect(reading: .getSELInfo, call)
        for attempt in 1... {
            let answer = try session.read(.reserveSEL, atLeast: 2, call)
            let reservation = UInt16(answer[0]) | UInt16(answer[1]) << 8
            let begin = Command.clearSEL(reservation: reservation, begin: true)
            switch try session.change(begin, call) {
            case .data: return try waitUntilErased(reservation, session, call)
            case .refused(let code):
                guard code.code == CompletionCode.reservationCancelled, attempt < 5 else { throw code.pluginError }
            }
            try call.pause(.milliseconds(50 * attempt))
        }
    }

    private func waitUntilErased(
        _ reservation: UInt16, _ session: Session, _ call: borrowing Call
    ) throws(PluginError) {
        let question = Command.clearSEL(reservation: reservation, begin: false)
        do throws(PluginError) {
            while true {
                switch try session.send(question, call) {
                case .data(let data) where (data.first ?? 1) & 0x0f == 1: return
                case .data: break
                // The erasure itself has ended the reservation; BMCs without a report of progress refuse the question.
                case .refused: return
                }
                try call.pause(.milliseconds(100))
            }
        } catch {
            throw error.afterApplying("Clear SEL")
        }
    }

    func eventLogInfo(_ channel: some CommandChannel, _ call: borrowing Call) throws(PluginError) -> EventLogInfo {
        guard let info = EventLogInfo(try channel.read(.getSELInfo, atLeast: 14, call)) else {
            throw PluginError(.protocol, "Get SEL Info: the answer is too short")
        }
        return info
    }

    /// The sensor data records for the sensors' names; without them events name their sensor by number.
    private func namesForEvents(_ channel: Conversation, _ call: borrowing Call) -> [SensorRecord] {
        if let kept = knowledge.repository { return kept.records }
        return (try? sensorRecords(channel, call)) ?? []
    }
}

/// What of the event log is asked for.
private struct EventQuery: Decodable {
    var after: String?
    var limitOrNil: Int?

    private enum CodingKeys: String, CodingKey {
        case after
        case limitOrNil = "limit"
    }

    var cursor: EventCursor? { after.flatMap { EventCursor(text: $0) } }
    var limit: Int { limitOrNil ?? .max }

    init(_ json: String?) throws(PluginError) {
        self = try JSONText.decode(EventQuery.self, from: json ?? "{}", as: "query")
        if let after, EventCursor(text: after) == nil {
            throw .invalid(field: "after", "is not a cursor of this driver")
        }
        guard limit > 0 else { throw .invalid(field: "limit", "is not a positive number") }
    }
}

private struct LostNote: Encodable {
    var lost = true
}
