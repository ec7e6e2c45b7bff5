// SPDX-License-Identifier: GPL-3.0-or-later

/// The type/length-coded texts of a FRU area, one after the other (FRU definition, section 13).
struct FRUFields {
    private let bytes: [UInt8]
    private let english: Bool
    private var index: Int
    private var ended = false

    init(_ bytes: [UInt8], at index: Int, english: Bool) {
        self.bytes = bytes
        self.index = index
        self.english = english
    }

    /// The next text; nil when it is empty or there is none.
    mutating func next() -> String? {
        guard !ended, index < bytes.count, bytes[index] != 0xc1 else {
            ended = true
            return nil
        }
        let kind = bytes[index] >> 6
        let length = Int(bytes[index] & 0x3f)
        guard index + 1 + length <= bytes.count else {
            ended = true
            return nil
        }
        let content = bytes[index + 1..<index + 1 + length]
        index += 1 + length
        let text = Self.shown(decode(kind, content))
        return text.isEmpty ? nil : text
    }

    private func decode(_ kind: UInt8, _ content: ArraySlice<UInt8>) -> String {
        switch kind {
        case 0: content.map(Hex.digits).joined()
        case 1: content.map { Self.bcd($0 >> 4) + Self.bcd($0 & 0x0f) }.joined()
        case 2: Self.sixBit(content)
        default: english ? String(String.UnicodeScalarView(content.map { Unicode.Scalar($0) })) : Self.utf16(content)
        }
    }

    private static func bcd(_ nibble: UInt8) -> String {
        let digits = Array("0123456789 -.:,_")
        return String(digits[Int(nibble & 0x0f)])
    }

    /// Six bits a character, the first in the lowest bits, counted from the space.
    private static func sixBit(_ content: ArraySlice<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        var bits: UInt32 = 0
        var count = 0
        for byte in content {
            bits |= UInt32(byte) << UInt32(count)
            count += 8
            while count >= 6 {
                text.append(Unicode.Scalar(UInt8(truncatingIfNeeded: bits & 0x3f) + 0x20))
                bits >>= 6
                count -= 6
            }
        }
        return String(text)
    }

    private static func utf16(_ content: ArraySlice<UInt8>) -> String {
        let bytes = Array(content)
        let units = stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
        return String(decoding: units, as: UTF16.self)
    }

    /// Without control characters and the blanks around.
    private static func shown(_ text: String) -> String {
        let visible = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        let trimmed = visible.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        return String(String.UnicodeScalarView(trimmed))
    }
}

/// A day of the Gregorian calendar.
struct CivilDate: Equatable {
    var year: Int
    var month: Int
    var day: Int

    /// Counts from 1996-01-01, day 0.
    init(daysSince1996: Int) {
        self.init(daysSince1970: 9496 + max(daysSince1996, 0))
    }

    /// Counts from 1970-01-01, day 0.
    init(daysSince1970: Int) {
        var left = max(daysSince1970, 0)
        year = 1970
        while left >= Self.days(inYear: year) {
            left -= Self.days(inYear: year)
            year += 1
        }
        month = 1
        let february = Self.days(inYear: year) == 366 ? 29 : 28
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
            guard left >= length else { break }
            left -= length
            month += 1
        }
        day = left + 1
    }

    /// `YYYY-MM-DD`.
    var text: String { "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)" }

    private static func days(inYear year: Int) -> Int {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 366 : 365
    }
}
