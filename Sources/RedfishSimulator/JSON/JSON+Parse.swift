// SPDX-License-Identifier: Apache-2.0

extension JSON {
    /// Why bytes are no JSON that this service takes.
    struct ParseError: Error, Equatable {
        let message: String
        /// Where, counted in bytes from 0.
        let offset: Int
    }

    /// How deep a value may nest.
    static let depthLimit = 32

    /// Reads one JSON text (RFC 8259). Names of an object's members must differ; nesting is bounded.
    init(parsing bytes: [UInt8]) throws(ParseError) {
        var reader = JSONReader(bytes: bytes)
        self = try reader.document()
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    var at = 0

    mutating func document() throws(JSON.ParseError) -> JSON {
        let value = try self.value(depth: 0)
        skipSpace()
        guard at == bytes.count else { throw fail("something follows the value") }
        return value
    }

    private func fail(_ message: String) -> JSON.ParseError { JSON.ParseError(message: message, offset: at) }

    private var current: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        at += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSON.ParseError) -> JSON {
        guard depth < JSON.depthLimit else { throw fail("nested too deep") }
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw fail("the text ends where a value should be")
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSON) throws(JSON.ParseError) -> JSON {
        for byte in word.utf8 where !take(byte) { throw fail("no JSON value") }
        return value
    }

    private mutating func object(depth: Int) throws(JSON.ParseError) -> JSON {
        at += 1
        var members: [JSON.Member] = []
        var names: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        repeat {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw fail("a member has no name") }
            let name = try string()
            guard names.insert(name).inserted else { throw fail("a member comes twice") }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fail("a colon is missing") }
            members.append(JSON.Member(name: name, value: try value(depth: depth + 1)))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw fail("an object does not end") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSON.ParseError) -> JSON {
        at += 1
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw fail("an array does not end") }
        return .array(elements)
    }

    private mutating func string() throws(JSON.ParseError) -> String {
        at += 1
        var text: [UInt8] = []
        while let byte = current {
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw fail("a string is no UTF-8") }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw fail("a control character in a string")
            default: text.append(byte)
            }
        }
        throw fail("a string does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSON.ParseError) {
        guard let byte = current else { throw fail("a string does not end") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var unit = try hexadecimal()
            if (0xD800..<0xDC00).contains(unit) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw fail("half a surrogate pair") }
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw fail("half a surrogate pair") }
                unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(unit) else { throw fail("half a surrogate pair") }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: throw fail("an escape that JSON does not have")
        }
    }

    private mutating func hexadecimal() throws(JSON.ParseError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw fail("an escape without four digits")
            }
            unit = unit << 4 | UInt32(digit)
            at += 1
        }
        return unit
    }

    private mutating func number() throws(JSON.ParseError) -> JSON {
        let start = at
        _ = take(UInt8(ascii: "-"))
        guard let first = current, isDigit(first) else { throw fail("no JSON value") }
        at += 1
        if first != UInt8(ascii: "0") { digits() }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard let byte = current, isDigit(byte) else { throw fail("a number ends in a point") }
            digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard let byte = current, isDigit(byte) else { throw fail("an exponent without digits") }
            digits()
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isWhole, let whole = Int64(text) { return .integer(whole) }
        guard let value = Double(text), value.isFinite else { throw fail("a number out of range") }
        return .number(value)
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private mutating func digits() {
        while let byte = current, isDigit(byte) { at += 1 }
    }
}
