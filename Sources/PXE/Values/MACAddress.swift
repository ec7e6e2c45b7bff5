// SPDX-License-Identifier: Apache-2.0

/// A 48-bit Ethernet address, printed as `52:54:00:12:34:56`.
public struct MACAddress: Hashable, Comparable, Sendable {
    /// The address as a number below 2^48; the first octet is the most significant one.
    public let value: UInt64

    /// Makes an address from the low 48 bits of a number.
    public init(value: UInt64) {
        self.value = value & 0xFFFF_FFFF_FFFF
    }

    /// Makes an address from exactly six octets; nil for any other count.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        value = octets.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The six octets, in the order in which they go over the wire.
    public var octets: [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: value >> (40 - 8 * UInt64($0))) }
    }

    /// True for multicast and broadcast addresses (IEEE 802: lowest bit of the first octet).
    public var isGroup: Bool { value & 0x0100_0000_0000 != 0 }

    public static func < (left: MACAddress, right: MACAddress) -> Bool { left.value < right.value }
}

extension MACAddress: LosslessStringConvertible {
    /// Parses six pairs of hexadecimal digits separated throughout by `:` or throughout by `-`; nil for anything else.
    public init?(_ description: String) {
        let text = Array(description.utf8)
        guard text.count == 17, text[2] == UInt8(ascii: ":") || text[2] == UInt8(ascii: "-") else { return nil }
        var value: UInt64 = 0
        for (index, character) in text.enumerated() {
            if index % 3 == 2 {
                guard character == text[2] else { return nil }
            } else {
                guard let digit = Hexadecimal.digit(character) else { return nil }
                value = value << 4 | UInt64(digit)
            }
        }
        self.value = value
    }

    /// Lower-case hexadecimal pairs with colons.
    public var description: String {
        let bytes = octets
        return String(unsafeUninitializedCapacity: 17) { buffer in
            for (index, octet) in bytes.enumerated() {
                buffer[index * 3] = Hexadecimal.character(octet >> 4)
                buffer[index * 3 + 1] = Hexadecimal.character(octet & 15)
                if index < 5 { buffer[index * 3 + 2] = UInt8(ascii: ":") }
            }
            return 17
        }
    }
}

extension MACAddress: Codable {
    /// Reads the address from its text form.
    public init(from decoder: any Decoder) throws {
        self = try Self.decoded(from: decoder, as: "a MAC address such as 52:54:00:12:34:56")
    }

    /// Writes the address in its text form.
    public func encode(to encoder: any Encoder) throws {
        try encodeDescription(to: encoder)
    }
}
