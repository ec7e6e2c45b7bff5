// SPDX-License-Identifier: Apache-2.0

/// Times as Redfish writes them (RFC 3339, UTC).
enum Calendar {
    /// Seconds since 1970 as `2026-03-01T10:00:00Z`.
    static func text(_ seconds: Int64) -> String {
        let seconds = min(max(seconds, 0), 253_402_300_799)
        let (year, month, day) = date(daysSince1970: seconds / 86_400)
        let second = seconds % 86_400
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let fourDigits = String(repeating: "0", count: max(0, 4 - "\(year)".count)) + "\(year)"
        return "\(fourDigits)-\(two(month))-\(two(day))T\(two(second / 3600)):\(two(second / 60 % 60)):"
            + "\(two(second % 60))Z"
    }

    /// The reverse for `2026-03-01T10:00:00`, `Z` or an offset `+02:00`; nil when it is no such time.
    static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 19, bytes[10] == UInt8(ascii: "T") else { return nil }
        func number(_ range: Range<Int>) -> Int64? { Int64(String(decoding: bytes[range], as: UTF8.self)) }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        var seconds = days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
        let zone = Array(bytes[19...])
        if zone == [UInt8(ascii: "Z")] || zone.isEmpty { return seconds }
        guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
            let hours = Int64(String(decoding: zone[1..<3], as: UTF8.self)), (0...23).contains(hours),
            let minutes = Int64(String(decoding: zone[4..<6], as: UTF8.self)), (0...59).contains(minutes)
        else { return nil }
        seconds -= (hours * 3600 + minutes * 60) * (zone[0] == UInt8(ascii: "+") ? 1 : -1)
        return seconds
    }

    // Years begin in March here, so that the leap day is the last of its year.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let monthIndex = (month + 9) % 12
        let dayOfYear = (153 * monthIndex + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        var year = 1970 + days / 366
        while Self.days(year: year + 1, month: 1, day: 1) <= days { year += 1 }
        var month: Int64 = 12
        while month > 1, Self.days(year: year, month: month, day: 1) > days { month -= 1 }
        return (year, month, days - Self.days(year: year, month: month, day: 1) + 1)
    }
}
