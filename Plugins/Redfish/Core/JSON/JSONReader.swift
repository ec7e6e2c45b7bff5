// SPDX-License-Identifier: Apache-2.0

/// Reads JSON of a service that may be hostile.
///
/// Depth and number of values are bounded *while* reading, so that no text, however shaped, costs more memory than the
/// limits allow; that is why this is not Foundation's reader, which recurses first and tells later.
struct JSONReader {
    /// Why a text is not taken.
    struct Failure: Error, Equatable {
        var reason: String
        /// Byte offset.
        var offset: Int
    }

    /// What a text may be at most.
    struct Limits {
        var depth = 48
        var values = 400_000
    }

    private let bytes: [UInt8]
    private let limits: Limits
    private var position = 0
    private var values = 0

    private init(_ bytes: [UInt8], _ limits: Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// Reads a text that holds one value and nothing else but blanks; a byte order mark before it is skipped.
    static func read(_ bytes: [UInt8], limits: Limits = Limits()) throws(Failure) -> JSON {
        var reader = JSONReader(bytes, limits)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
        let value = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.position == bytes.count else { throw reader.failure("has more after its end") }
        return value
    }

    private func failure(_ reason: String) -> Failure { Failure(reason: reason, offset: position) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func value(depth: Int) throws(Failure) -> JSON {
        guard depth <= limits.depth else { throw failure("is nested deeper than \(limits.depth) levels") }
        values += 1
        guard values <= limits.values else { throw failure("holds more than \(limits.values) values") }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
            return try number()
        case nil: throw failure("ends too early")
        default: throw failure("has an unexpected character")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(Failure) -> JSON {
        let end = position + text.utf8CodeUnitCount
        guard end <= bytes.count,
            text.withUTF8Buffer({ $0.elementsEqual(bytes[position..<end]) })
        else { throw failure("has an unexpected word") }
        position = end
        return value
    }

    private mutating func object(_ depth: Int) throws(Failure) -> JSON {
        position += 1
        var members: [String: JSON] = [:]
        skipBlanks()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw failure("has a member without a name") }
            let name = try string()
            skipBlanks()
            guard next == UInt8(ascii: ":") else { throw failure("has a member without a value") }
            position += 1
            members[name] = try value(depth: depth + 1)
            skipBlanks()
            switch next {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return .object(members)
            default: throw failure("has an object that does not end")
            }
        }
    }

    private mutating func array(_ depth: Int) throws(Failure) -> JSON {
        position += 1
        var elements: [JSON] = []
        skipBlanks()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
            switch next {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return .array(elements)
            default: throw failure("has an array that does not end")
            }
        }
    }

    private mutating func string() throws(Failure) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                position += 1
                text += try escape()
            case 0..<0x20: throw failure("has a control character in a string")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw failure("has a string that does not end")
    }

    private mutating func escape() throws(Failure) -> [UInt8] {
        guard let byte = next else { throw failure("has a string that does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw failure("has an unknown escape")
        }
    }

    private mutating func unicodeEscape() throws(Failure) -> [UInt8] {
        let unit = try hexUnit()
        var value = UInt32(unit)
        if (0xD800..<0xDC00).contains(unit) {
            let before = position
            guard next == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u")
            else {
                return Array("\u{FFFD}".utf8)
            }
            position += 2
            let low = try hexUnit()
            guard (0xDC00..<0xE000).contains(low) else {
                position = before
                return Array("\u{FFFD}".utf8)
            }
            value = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
        }
        return Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
    }

    private mutating func hexUnit() throws(Failure) -> UInt16 {
        guard position + 4 <= bytes.count else { throw failure("has a short escape") }
        var value: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw failure("has a bad escape") }
            value = value << 4 | UInt16(digit)
        }
        position += 4
        return value
    }

    private mutating func number() throws(Failure) -> JSON {
        let start = position
        var isWhole = true
        while let byte = next {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"): break
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): isWhole = false
            default: return try number(start, isWhole)
            }
            position += 1
        }
        return try number(start, isWhole)
    }

    private func number(_ start: Int, _ isWhole: Bool) throws(Failure) -> JSON {
        guard position - start <= 64 else { throw failure("has a number that is too long") }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw failure("has a number that is none") }
        return .number(value)
    }
}
