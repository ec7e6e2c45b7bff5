// SPDX-License-Identifier: Apache-2.0
import Glibc
import PluginKit

/// The member `wake_on_lan` of a configuration: which network adapter to wake, and where the packet goes.
public struct WakeConfiguration: Sendable, Equatable {
    /// The adapter's six bytes.
    let mac: [UInt8]
    /// IPv4 address the packet is sent to, most often a broadcast address.
    let broadcast: String
    let port: UInt16
    /// Network interface of this host that the packet leaves by; nil leaves it to the routes.
    let interface: String?
    /// How long after its outlet a machine listens.
    let delay: Duration
}

extension WakeConfiguration: Decodable {
    private enum CodingKeys: String, CodingKey {
        case mac, broadcast, port, interface
        case delay = "wake_after_seconds"
    }

    /// Reads and checks the member. Throws `invalid` naming the member at fault.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        guard let mac = Self.bytes(try values.decode(String.self, forKey: .mac), count: 6), mac[0] & 1 == 0,
            mac.contains(where: { $0 != 0 })
        else { throw PluginError.invalid(field: "wake_on_lan.mac", "is no MAC address of one adapter") }
        self.mac = mac
        broadcast = try values.decodeIfPresent(String.self, forKey: .broadcast) ?? "255.255.255.255"
        var address = in_addr()
        guard inet_pton(AF_INET, broadcast, &address) == 1 else {
            throw PluginError.invalid(field: "wake_on_lan.broadcast", "is no IPv4 address")
        }
        port = try values.decodeIfPresent(UInt16.self, forKey: .port) ?? 9
        guard port > 0 else { throw PluginError.invalid(field: "wake_on_lan.port", "is 0") }
        interface = try values.decodeIfPresent(String.self, forKey: .interface)
        if let interface, !(1...15).contains(interface.utf8.count) || interface.contains("/") {
            throw PluginError.invalid(field: "wake_on_lan.interface", "is no name of a network interface")
        }
        let seconds = try values.decodeIfPresent(Int.self, forKey: .delay) ?? 5
        guard (0...120).contains(seconds) else {
            throw PluginError.invalid(field: "wake_on_lan.wake_after_seconds", "is not 0 to 120")
        }
        delay = .seconds(seconds)
    }

    /// Hexadecimal pairs with `:` or `-` between them.
    static func bytes(_ text: some StringProtocol, count: Int) -> [UInt8]? {
        let parts = text.split(whereSeparator: { $0 == ":" || $0 == "-" })
        guard parts.count == count, text.utf8.count == count * 3 - 1 else { return nil }
        let bytes = parts.compactMap { part in
            part.utf8.count == 2 && part.allSatisfy(\.isHexDigit) ? UInt8(part, radix: 16) : nil
        }
        return bytes.count == count ? bytes : nil
    }
}
