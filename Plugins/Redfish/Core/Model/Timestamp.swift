// SPDX-License-Identifier: Apache-2.0

/// Times as services write them (RFC 3339, more or less), brought to UTC.
enum Timestamp {
    /// `2026-03-01T10:00:00Z` and the like; nil when the text is no time, or one before 2000, which is a clock that was
    /// never set.
    static func utc(_ text: String?) -> String? {
        guard let text, let seconds = seconds(text), seconds >= 946_684_800 else { return nil }
        return format(seconds)
    }

    /// Seconds since 1970.
    static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8.prefix(64))
        func number(_ start: Int, _ count: Int) -> Int64? {
            guard start + count <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[start..<start + count] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
            let minute = number(14, 2), let second = number(17, 2), (1...12).contains(month), (1...31).contains(day),
            hour < 24, minute < 60, second < 61
        else { return nil }
        var offset: Int64 = 0
        if let sign = bytes[19...].firstIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }),
            let hours = number(sign + 1, 2)
        {
            let minutes = number(sign + 4, 2) ?? number(sign + 3, 2) ?? 0
            offset = (hours * 60 + minutes) * 60 * (bytes[sign] == UInt8(ascii: "-") ? -1 : 1)
        }
        return days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
    }

    /// Days since 1970 in the proleptic Gregorian calendar, counted in years that begin in March.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func format(_ seconds: Int64) -> String {
        let day = seconds / 86_400 + 719_468
        let era = day / 146_097
        let dayOfEra = day - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let time = seconds % 86_400
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(year)-\(two(month))-\(two(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))"
            + "T\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))Z"
    }
}
