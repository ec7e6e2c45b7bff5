// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// Reads records of the event log one by one.
struct EventLogReader {
    let channel: any CommandChannel

    /// The record and the id of the one after it (nil for the last); nil when there is no such record.
    func entry(
        _ id: UInt16, _ call: borrowing Call
    ) throws(PluginError) -> (record: EventRecord, next: UInt16?)? {
        let command = Command.getSELEntry(id)
        switch try channel.send(command, call) {
        case .data(let data):
            guard data.count >= 2, let record = EventRecord(data.dropFirst(2)) else {
                throw PluginError(.protocol, "\(command.name): the answer has \(data.count) of 18 bytes")
            }
            let next = UInt16(data[0]) | UInt16(data[1]) << 8
            return (record, next == 0xffff || next == record.id ? nil : next)
        case .refused(let code):
            // Not present, or what some BMCs say for it: the parameter is out of range, the data are invalid.
            if [0xcb, 0xc9, 0xcc, 0x81].contains(code.code) { return nil }
            throw code.pluginError
        }
    }

    /// The id of the first record to tell, 0 being the oldest, nil when there is none; and whether the cursor was
    /// overtaken.
    func start(
        after cursor: EventCursor?, _ info: EventLogInfo, _ call: borrowing Call
    ) throws(PluginError) -> (next: UInt16?, isLost: Bool) {
        let oldest: UInt16? = info.count == 0 ? nil : 0
        guard let cursor else { return (oldest, false) }
        guard cursor.erased == info.erased else { return (oldest, true) }
        guard let last = cursor.last else { return (oldest, false) }
        guard info.count > 0, let (record, next) = try entry(last.id, call), record == last else {
            return (oldest, true)
        }
        return (next, false)
    }
}
