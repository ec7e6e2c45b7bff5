// SPDX-License-Identifier: Apache-2.0

/// An IPv4 network in CIDR form, printed as `192.168.77.0/24`.
public struct IPv4Subnet: Hashable, Comparable, Sendable {
    /// The first address; its host bits are zero.
    public let network: IPv4Address
    /// The number of network bits, 0 to 32.
    public let prefixLength: Int

    /// Makes the subnet that has this network address; nil when host bits are set or the length is not in 0...32.
    public init?(network: IPv4Address, prefixLength: Int) {
        guard (0...32).contains(prefixLength), network.value & ~Self.mask(prefixLength) == 0 else { return nil }
        self.network = network
        self.prefixLength = prefixLength
    }

    /// Makes the subnet that holds an address; nil when the length is not in 0...32.
    public init?(containing address: IPv4Address, prefixLength: Int) {
        guard (0...32).contains(prefixLength) else { return nil }
        network = IPv4Address(value: address.value & Self.mask(prefixLength))
        self.prefixLength = prefixLength
    }

    /// The netmask, for example `255.255.255.0`.
    public var netmask: IPv4Address { IPv4Address(value: Self.mask(prefixLength)) }

    /// The address whose host bits are all one.
    public var broadcast: IPv4Address { IPv4Address(value: network.value | ~Self.mask(prefixLength)) }

    /// True when the address lies inside, the network and broadcast addresses included.
    public func contains(_ address: IPv4Address) -> Bool {
        address.value & Self.mask(prefixLength) == network.value
    }

    /// True when a host may have this address: inside, and (up to /30) neither the network nor the broadcast address.
    public func containsHost(_ address: IPv4Address) -> Bool {
        guard contains(address), address.isUnicast else { return false }
        return prefixLength >= 31 || (address != network && address != broadcast)
    }

    public static func < (left: IPv4Subnet, right: IPv4Subnet) -> Bool {
        (left.network, left.prefixLength) < (right.network, right.prefixLength)
    }

    private static func mask(_ length: Int) -> UInt32 {
        length == 0 ? 0 : UInt32.max << UInt32(32 - length)
    }
}

extension IPv4Subnet: LosslessStringConvertible {
    /// Parses `address/length` with zero host bits; nil for anything else.
    public init?(_ description: String) {
        let parts = description.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let network = IPv4Address(String(parts[0])),
            let length = Decimal.parse(parts[1].utf8, maximum: 32)
        else { return nil }
        self.init(network: network, prefixLength: Int(length))
    }

    /// CIDR notation.
    public var description: String { "\(network)/\(prefixLength)" }
}

extension IPv4Subnet: Codable {
    /// Reads the subnet from its text form.
    public init(from decoder: any Decoder) throws {
        self = try Self.decoded(from: decoder, as: "a subnet such as 192.168.77.0/24 (host bits zero)")
    }

    /// Writes the subnet in its text form.
    public func encode(to encoder: any Encoder) throws {
        try encodeDescription(to: encoder)
    }
}
