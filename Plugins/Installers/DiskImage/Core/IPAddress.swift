// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An IPv4 or IPv6 address.
struct IPAddress: Equatable, Sendable {
    /// Which protocol it belongs to.
    enum Family: Sendable {
        case v4
        case v6
    }

    let family: Family
    /// 4 or 16 bytes, most significant first.
    let bytes: [UInt8]
    /// The canonical text (RFC 5952 for IPv6).
    let text: String

    /// Reads dotted-decimal IPv4 or IPv6 without a zone; nothing else.
    init?(_ text: String) {
        let isV6 = text.utf8.contains(UInt8(ascii: ":"))
        let protocolFamily = isV6 ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: isV6 ? 16 : 4)
        guard !text.utf8.contains(0), inet_pton(protocolFamily, text, &bytes) == 1 else { return nil }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(protocolFamily, bytes, &buffer, socklen_t(buffer.count)) != nil else { return nil }
        self.family = isV6 ? .v6 : .v4
        self.bytes = bytes
        self.text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Number of bits: 32 or 128.
    var bitCount: Int { bytes.count * 8 }

    /// The first `prefix` bits of both are equal.
    func shares(_ prefix: Int, with other: IPAddress) -> Bool {
        guard family == other.family else { return false }
        for (index, pair) in zip(bytes, other.bytes).enumerated() {
            let bits = min(max(prefix - index * 8, 0), 8)
            let mask = UInt8(truncatingIfNeeded: 0xff00 >> bits)
            if pair.0 & mask != pair.1 & mask { return false }
        }
        return true
    }

    /// The bits after `prefix` are all `bit`.
    func isAll(_ bit: Bool, after prefix: Int) -> Bool {
        for (index, byte) in bytes.enumerated() {
            let bits = min(max(prefix - index * 8, 0), 8)
            let mask = ~UInt8(truncatingIfNeeded: 0xff00 >> bits)
            if byte & mask != (bit ? mask : 0) { return false }
        }
        return true
    }

    /// An IPv6 address that is valid on every link (fe80::/10), such as a router's.
    var isLinkLocalV6: Bool { family == .v6 && bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 }

    /// An address a host can have: not unspecified, loopback, multicast or IPv4 class E.
    var isHost: Bool {
        switch family {
        case .v4: bytes[0] != 0 && bytes[0] != 127 && bytes[0] < 224
        case .v6: bytes[0] != 0xff && text != "::" && text != "::1"
        }
    }
}
