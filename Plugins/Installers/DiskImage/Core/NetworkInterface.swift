// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// A MAC address, six pairs of hexadecimal digits with colons, kept in lower case.
struct HardwareAddress: CheckedText, Hashable {
    let text: String

    init(checking text: String) throws(Refusal) {
        let pairs = text.unicodeScalars.split(separator: ":", omittingEmptySubsequences: false)
        guard pairs.count == 6, pairs.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.properties.isASCIIHexDigit) }),
            let first = UInt8(String(pairs[0]), radix: 16)
        else { throw Refusal("is not a MAC address such as 52:54:00:12:34:56") }
        guard first & 1 == 0, text.contains(where: { $0 != "0" && $0 != ":" }) else {
            throw Refusal("is not the MAC address of one interface")
        }
        self.text = text.lowercased()
    }
}

/// An address with the length of its network's prefix (RFC 4632 section 3.1, RFC 4291 section 2.3).
struct InterfaceAddress: CheckedText {
    let text: String
    let address: IPAddress
    let prefix: Int

    init(checking text: String) throws(Refusal) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])) else {
            throw Refusal("is not an address with a prefix length such as 192.0.2.10/24")
        }
        guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let prefix = Int(parts[1]), (1...address.bitCount).contains(prefix)
        else { throw Refusal("has a prefix length that is not 1 to \(address.bitCount)") }
        guard address.isHost else { throw Refusal("is not an address a host can have") }
        if address.family == .v4, prefix < 31, address.isAll(false, after: prefix) || address.isAll(true, after: prefix)
        {
            throw Refusal("is the network's own or its broadcast address")
        }
        self.text = "\(address.text)/\(prefix)"
        self.address = address
        self.prefix = prefix
    }
}

/// One IP address.
struct HostAddress: CheckedText {
    let text: String
    let address: IPAddress

    init(checking text: String) throws(Refusal) {
        guard let address = IPAddress(text), address.isHost || address.text.hasPrefix("127.") || address.text == "::1"
        else { throw Refusal("is not an IP address a host can have") }
        self.text = address.text
        self.address = address
    }
}

/// The static configuration of one network interface, or DHCP when there is no address.
struct NetworkInterface: Decodable, Equatable {
    var mac: HardwareAddress
    var address: InterfaceAddress?
    var gateway: HostAddress?
    var dns: [HostAddress]

    private enum CodingKeys: String, CodingKey {
        case mac
        case address
        case gateway
        case dns
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        mac = try values.decode(HardwareAddress.self, forKey: .mac)
        address = try values.decodeIfPresent(InterfaceAddress.self, forKey: .address)
        gateway = try values.decodeIfPresent(HostAddress.self, forKey: .gateway)
        dns = try values.decodeIfPresent([HostAddress].self, forKey: .dns) ?? []
        guard let gateway else { return }
        let field = (decoder.codingPath + [CodingKeys.gateway]).fieldName
        guard let address else { throw PluginError.invalid(field: field, "needs an address") }
        guard gateway.address.family == address.address.family,
            gateway.address.shares(address.prefix, with: address.address) || gateway.address.isLinkLocalV6
        else {
            throw PluginError.invalid(field: field, "is not in the network of \(address.text)")
        }
        guard gateway.address != address.address else {
            throw PluginError.invalid(field: field, "is the machine's own address")
        }
    }

    /// No interface and no address may be there twice.
    static func checkTogether(_ interfaces: [NetworkInterface]) throws(PluginError) {
        var macs: Set<HardwareAddress> = []
        var addresses: Set<[UInt8]> = []
        for (index, interface) in interfaces.enumerated() {
            guard macs.insert(interface.mac).inserted else {
                throw .invalid(field: "networks[\(index)].mac", "is there twice")
            }
            if let address = interface.address, !addresses.insert(address.address.bytes).inserted {
                throw .invalid(field: "networks[\(index)].address", "is there twice")
            }
        }
    }
}
