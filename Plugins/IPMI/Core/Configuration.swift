// SPDX-License-Identifier: GPL-3.0-or-later
import CFreeIPMI
import PluginKit

/// How to reach and log in to one BMC. Secrets are not part of it; they are asked for when they are needed.
struct Configuration: Decodable, Equatable {
    /// The privilege level a session asks for (IPMI 2.0, section 6.8).
    enum Privilege: String, Decodable, CaseIterable {
        case user
        case `operator`
        case administrator

        /// libfreeipmi's number, which is that of the specification.
        var level: UInt8 {
            switch self {
            case .user: UInt8(IPMI_PRIVILEGE_LEVEL_USER)
            case .operator: UInt8(IPMI_PRIVILEGE_LEVEL_OPERATOR)
            case .administrator: UInt8(IPMI_PRIVILEGE_LEVEL_ADMIN)
            }
        }
    }

    var host: String
    /// UDP port; 623 unless configured.
    var port: UInt16
    var username: String
    var privilege: Privilege
    /// Cipher suite ids in order of preference.
    var cipherSuites: [UInt8]
    var quirks: Set<Quirk>

    /// Where a BMC has its page for people: on its address, by https.
    var webPage: String { "https://\(host.contains(":") ? "[\(host)]" : host)/" }

    private enum CodingKeys: String, CodingKey {
        case host
        case port
        case username
        case privilege
        case cipherSuites = "cipher_suites"
        case quirks
    }

    /// Reads and checks a configuration. Throws `invalid` naming the member.
    init(json: String) throws(PluginError) {
        self = try JSONText.decode(Configuration.self, from: json, as: "config")
        try check()
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        host = try values.decode(String.self, forKey: .host)
        let port = try values.decodeIfPresent(Int.self, forKey: .port) ?? 623
        guard (1...65_535).contains(port) else { throw PluginError.invalid(field: "port", "is not 1 to 65535") }
        self.port = UInt16(port)
        username = try values.decode(String.self, forKey: .username)
        let privilege = try values.decodeIfPresent(String.self, forKey: .privilege) ?? Privilege.administrator.rawValue
        guard let known = Privilege(rawValue: privilege) else {
            throw PluginError.invalid(field: "privilege", "is not user, operator or administrator")
        }
        self.privilege = known
        cipherSuites = try CipherSuite.check(values.decodeIfPresent([Int].self, forKey: .cipherSuites) ?? [17, 3])
        quirks = try Quirk.check(values.decodeIfPresent([String].self, forKey: .quirks) ?? [])
    }

    private func check() throws(PluginError) {
        let hostAllowed = host.unicodeScalars.allSatisfy {
            ("!"..."~").contains($0) && !"/\"'\\@#?".unicodeScalars.contains($0)
        }
        guard (1...255).contains(host.utf8.count), hostAllowed, !host.hasPrefix("["), !host.hasPrefix("-") else {
            throw .invalid(field: "host", "is not a host name or IP address")
        }
        guard (1...Int(IPMI_MAX_USER_NAME_LENGTH)).contains(username.utf8.count), !username.utf8.contains(0) else {
            throw .invalid(field: "username", "is not 1 to \(IPMI_MAX_USER_NAME_LENGTH) bytes")
        }
    }
}
