// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// How to reach and log in to one Redfish service. The password is not part of it; it is asked for when it is needed.
struct Configuration: Decodable, Equatable, Sendable {
    var origin: Origin
    var username: String
    var trust: Trust
    /// Id of the system to control; nil takes the only one.
    var system: String?
    /// Id of the log service to read; nil lets the driver choose.
    var eventLog: String?
    var quirks: Set<Quirk>

    private enum CodingKeys: String, CodingKey {
        case address
        case username
        case system
        case eventLog = "event_log"
        case insecure
        case pin
        case caFile = "ca_file"
        case caCertificates = "ca_certificates"
        case quirks
    }

    /// Reads and checks a configuration. Throws `invalid` naming the member.
    init(json: String) throws(PluginError) {
        self = try JSONText.decode(Configuration.self, from: json, as: "config")
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        origin = try Origin(address: values.decode(String.self, forKey: .address))
        username = try values.decode(String.self, forKey: .username)
        guard (1...256).contains(username.utf8.count), !username.utf8.contains(where: { $0 < 0x20 }),
            !username.contains(":")
        else { throw PluginError.invalid(field: "username", "is not 1 to 256 bytes without a colon") }
        system = try values.decodeIfPresent(String.self, forKey: .system)
        eventLog = try values.decodeIfPresent(String.self, forKey: .eventLog)
        trust = try Trust(
            isSecure: origin.isSecure, insecure: values.decodeIfPresent(Bool.self, forKey: .insecure) ?? false,
            pin: values.decodeIfPresent(String.self, forKey: .pin),
            caFile: values.decodeIfPresent(String.self, forKey: .caFile),
            caCertificates: values.decodeIfPresent(String.self, forKey: .caCertificates))
        quirks = try Quirk.check(values.decodeIfPresent([String].self, forKey: .quirks) ?? [])
    }
}
