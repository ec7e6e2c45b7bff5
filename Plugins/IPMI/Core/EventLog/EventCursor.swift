// SPDX-License-Identifier: GPL-3.0-or-later

/// Where reading the event log continues: the last record that was told and when the log was erased last.
///
/// A record is known again by its bytes, because BMCs give its number to another one after the log was cleared or has
/// wrapped around.
struct EventCursor: Equatable {
    /// The time of the last erasure by the BMC's clock, four bytes.
    var erased: [UInt8]
    /// The last record; nil when the log was empty.
    var last: EventRecord?

    init(erased: [UInt8], last: EventRecord?) {
        self.erased = erased
        self.last = last
    }

    /// Reads `text`; nil when it was not made by this driver.
    init?(text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "sel1", let erased = Hex.bytes(parts[1]), erased.count == 4,
            let record = Hex.bytes(parts[2]), record.isEmpty || record.count == 16
        else { return nil }
        self.erased = erased
        last = EventRecord(record)
    }

    var text: String {
        let record = (last?.bytes ?? []).map(Hex.digits).joined()
        return "sel1.\(erased.map(Hex.digits).joined()).\(record)"
    }
}

/// The answer to Get SEL Info (IPMI 2.0, table 31-2).
struct EventLogInfo: Equatable {
    let count: Int
    /// The last addition and the last erasure by the BMC's clock.
    let added: [UInt8]
    let erased: [UInt8]
    /// Events were dropped because the log is full.
    let hasOverflowed: Bool

    /// Nil when the answer is too short.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 14 else { return nil }
        count = Int(bytes[1]) | Int(bytes[2]) << 8
        added = Array(bytes[5...8])
        erased = Array(bytes[9...12])
        hasOverflowed = bytes[13] & 0x80 != 0
    }
}
