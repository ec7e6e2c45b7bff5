// SPDX-License-Identifier: Apache-2.0

/// What is wrong with bytes that should be a BER encoding (ITU-T X.690) of an SNMP message.
enum BERError: Error, Equatable {
    case truncated
    /// An indefinite length, or one of more than four bytes: RFC 3417 section 8 allows neither.
    case badLength
    case wrongTag(UInt8)
    /// A number, object identifier or version that cannot be.
    case outOfRange
    case trailingBytes
}

/// Takes elements one after the other; never reads outside its bytes.
struct BERReader {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { bytes.isEmpty }

    /// The next element, whatever it is.
    mutating func element() throws(BERError) -> (tag: UInt8, content: ArraySlice<UInt8>) {
        let tag = try byte()
        var length = Int(try byte())
        if length & 0x80 != 0 {
            let count = length & 0x7F
            guard (1...4).contains(count) else { throw .badLength }
            length = 0
            for _ in 0..<count { length = length << 8 | Int(try byte()) }
        }
        guard length <= bytes.count else { throw .truncated }
        let content = bytes.prefix(length)
        bytes = bytes.dropFirst(length)
        return (tag, content)
    }

    /// The content of the next element, which must be of this kind.
    mutating func content(_ tag: UInt8) throws(BERError) -> ArraySlice<UInt8> {
        let element = try element()
        guard element.tag == tag else { throw .wrongTag(element.tag) }
        return element.content
    }

    mutating func integer() throws(BERError) -> Int32 { try Self.integer(try content(BERTag.integer)) }

    /// Nothing may be left.
    func end() throws(BERError) {
        guard isAtEnd else { throw .trailingBytes }
    }

    private mutating func byte() throws(BERError) -> UInt8 {
        guard let byte = bytes.popFirst() else { throw .truncated }
        return byte
    }

    /// Two's complement, of 1 to 4 bytes. A redundant first byte is taken, as other agents do.
    static func integer(_ content: ArraySlice<UInt8>) throws(BERError) -> Int32 {
        guard let first = content.first, content.count <= 5 else { throw .outOfRange }
        let start: Int64 = first & 0x80 == 0 ? 0 : -1
        let value = content.reduce(start) { $0 << 8 | Int64($1) }
        guard let number = Int32(exactly: value) else { throw .outOfRange }
        return number
    }

    static func object(_ content: ArraySlice<UInt8>) throws(BERError) -> SNMPObject {
        var parts: [UInt32] = []
        var number: UInt64 = 0
        var isOpen = false
        for byte in content {
            number = number << 7 | UInt64(byte & 0x7F)
            guard number <= UInt64(UInt32.max) else { throw .outOfRange }
            isOpen = byte & 0x80 != 0
            if isOpen { continue }
            if parts.isEmpty {
                let first = min(number / 40, 2)
                parts = [UInt32(first), UInt32(number - first * 40)]
            } else {
                parts.append(UInt32(number))
            }
            guard parts.count <= SNMPObject.limit else { throw .outOfRange }
            number = 0
        }
        guard !isOpen, !parts.isEmpty else { throw .truncated }
        return SNMPObject(parts)
    }
}
