// SPDX-License-Identifier: Apache-2.0
import Glibc
import PluginKit

/// How to reach an SNMP agent and who to be there; the secrets are asked for when they are needed.
struct SNMPAccess: Sendable, Equatable {
    enum Version: String, Decodable, Sendable { case v1 = "1", v2c = "2c", v3 = "3" }

    /// Protocols of RFC 3414 and RFC 7860; the raw value is the configuration's word.
    enum Authentication: String, Decodable, Sendable, CaseIterable {
        case md5
        case sha
        case sha224 = "sha-224"
        case sha256 = "sha-256"
        case sha384 = "sha-384"
        case sha512 = "sha-512"

        var number: Int32 { Int32(Self.allCases.firstIndex(of: self) ?? 0) + 1 }
    }

    /// DES of RFC 3414 and AES-128 of RFC 3826.
    enum Privacy: String, Decodable, Sendable, CaseIterable {
        case des
        case aes

        var number: Int32 { self == .des ? 1 : 2 }
    }

    /// Numeric IPv4 or IPv6 address.
    var host: String
    var port: UInt16
    var version: Version
    /// User of version 3.
    var username: String
    var authentication: Authentication?
    var privacy: Privacy?
    var context: String

    /// For messages: the address with its port.
    var name: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private enum CodingKeys: String, CodingKey {
        case host, port, version, username, authentication, privacy, context
    }
}

extension SNMPAccess: Decodable {
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        host = try values.decode(String.self, forKey: .host)
        guard Self.isNumericAddress(host) else {
            throw PluginError.invalid(field: "outlet.host", "is no numeric IPv4 or IPv6 address")
        }
        port = try values.decodeIfPresent(UInt16.self, forKey: .port) ?? 161
        guard port > 0 else { throw PluginError.invalid(field: "outlet.port", "is 0") }
        version = try values.decodeIfPresent(Version.self, forKey: .version) ?? .v2c
        username = try values.decodeIfPresent(String.self, forKey: .username) ?? ""
        authentication = try values.decodeIfPresent(Authentication.self, forKey: .authentication)
        privacy = try values.decodeIfPresent(Privacy.self, forKey: .privacy)
        context = try values.decodeIfPresent(String.self, forKey: .context) ?? ""
        try check()
    }

    private func check() throws(PluginError) {
        for (field, text) in [("username", username), ("context", context)] {
            guard text.utf8.count <= 32, !text.utf8.contains(where: { $0 < 0x20 }) else {
                throw .invalid(field: "outlet.\(field)", "is longer than 32 bytes or has control characters")
            }
        }
        guard version == .v3 else {
            let used = [("username", !username.isEmpty), ("authentication", authentication != nil),
                ("privacy", privacy != nil), ("context", !context.isEmpty)]
            if let field = used.first(where: \.1)?.0 { throw .invalid(field: "outlet.\(field)", "needs version 3") }
            return
        }
        guard !username.isEmpty else { throw .invalid(field: "outlet.username", "is missing; version 3 needs it") }
        guard privacy == nil || authentication != nil else {
            throw .invalid(field: "outlet.privacy", "needs authentication")
        }
    }

    private static func isNumericAddress(_ text: String) -> Bool {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard text.utf8.count <= 64, getaddrinfo(text, nil, &hints, &found) == 0 else { return false }
        freeaddrinfo(found)
        return true
    }
}
