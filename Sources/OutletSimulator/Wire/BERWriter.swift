// SPDX-License-Identifier: Apache-2.0

/// The identifier octets that SNMP uses (RFC 1157 section 5, RFC 3416 section 3).
enum BERTag {
    static let integer: UInt8 = 0x02
    static let octets: UInt8 = 0x04
    static let null: UInt8 = 0x05
    static let object: UInt8 = 0x06
    static let sequence: UInt8 = 0x30
    static let timeTicks: UInt8 = 0x43
    static let noSuchObject: UInt8 = 0x80
    static let noSuchInstance: UInt8 = 0x81
    static let endOfMibView: UInt8 = 0x82
}

/// Elements as bytes, with lengths in their shortest form.
enum BERWriter {
    static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        var length: [UInt8] = []
        if content.count < 0x80 {
            length = [UInt8(content.count)]
        } else {
            var rest = content.count
            while rest > 0 {
                length.insert(UInt8(truncatingIfNeeded: rest), at: 0)
                rest >>= 8
            }
            length.insert(0x80 | UInt8(length.count), at: 0)
        }
        return [tag] + length + content
    }

    static func integer(_ value: Int32) -> [UInt8] { element(BERTag.integer, number(Int64(value))) }

    /// A number that has no sign (RFC 2578 section 7.1.8), in two's complement all the same.
    static func unsigned(_ tag: UInt8, _ value: UInt32) -> [UInt8] { element(tag, number(Int64(value))) }

    static func object(_ object: SNMPObject) -> [UInt8] {
        let parts = object.parts
        guard parts.count >= 2 else { return element(BERTag.object, [0]) }
        let first = UInt64(parts[0]) * 40 + UInt64(parts[1])
        let content = ([first] + parts.dropFirst(2).map(UInt64.init)).flatMap { number in
            var bytes = [UInt8(number & 0x7F)]
            var rest = number >> 7
            while rest > 0 {
                bytes.insert(0x80 | UInt8(rest & 0x7F), at: 0)
                rest >>= 7
            }
            return bytes
        }
        return element(BERTag.object, content)
    }

    private static func number(_ value: Int64) -> [UInt8] {
        var bytes = [UInt8(truncatingIfNeeded: value)]
        var rest = value >> 8
        while rest != (bytes[0] & 0x80 == 0 ? 0 : -1) {
            bytes.insert(UInt8(truncatingIfNeeded: rest), at: 0)
            rest >>= 8
        }
        return bytes
    }
}
