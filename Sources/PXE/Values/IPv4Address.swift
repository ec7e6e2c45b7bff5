// SPDX-License-Identifier: Apache-2.0

/// An IPv4 address, printed as `192.168.77.10`.
public struct IPv4Address: Hashable, Comparable, Sendable {
    /// The address as a number in host byte order; the first octet is the most significant one.
    public let value: UInt32

    /// Makes an address from a number in host byte order.
    public init(value: UInt32) {
        self.value = value
    }

    /// Makes an address from its four octets.
    public init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
        value = UInt32(first) << 24 | UInt32(second) << 16 | UInt32(third) << 8 | UInt32(fourth)
    }

    /// Makes an address from exactly four octets; nil for any other count.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 4 else { return nil }
        value = octets.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// `0.0.0.0`, which in DHCP means "not set".
    public static let unspecified = IPv4Address(value: 0)
    /// `255.255.255.255`, the limited broadcast address.
    public static let broadcast = IPv4Address(value: 0xFFFF_FFFF)
    /// `127.0.0.1`.
    public static let loopback = IPv4Address(127, 0, 0, 1)

    /// The four octets, in the order in which they go over the wire.
    public var octets: [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    /// True for `0.0.0.0`.
    public var isUnspecified: Bool { value == 0 }

    /// True for `127.0.0.0/8`.
    public var isLoopback: Bool { value >> 24 == 127 }

    /// True for an address that one host can have: not multicast, reserved, broadcast or in `0.0.0.0/8`.
    public var isUnicast: Bool { (1..<224).contains(value >> 24) }

    public static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.value < right.value }
}

extension IPv4Address: LosslessStringConvertible {
    /// Parses four decimal numbers of at most 255 without leading zeros; nil for anything else.
    public init?(_ description: String) {
        guard description.utf8.count <= 15 else { return nil }
        let parts = description.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard let number = Decimal.parse(part, maximum: 255) else { return nil }
            value = value << 8 | UInt32(number)
        }
        self.value = value
    }

    /// Dotted decimal.
    public var description: String {
        "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
    }
}

extension IPv4Address: Codable {
    /// Reads the address from its text form.
    public init(from decoder: any Decoder) throws {
        self = try Self.decoded(from: decoder, as: "an IPv4 address such as 192.168.77.10")
    }

    /// Writes the address in its text form.
    public func encode(to encoder: any Encoder) throws {
        try encodeDescription(to: encoder)
    }
}
