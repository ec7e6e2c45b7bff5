// SPDX-License-Identifier: Apache-2.0

/// What a simulated operating system takes from its cloud-init seed. It looks for strings; it does not parse YAML.
public struct SeedFacts: Sendable, Equatable {
    /// Whether the operating system asks for its address by DHCP.
    public var usesDHCP: Bool
    /// Where cloud-init reports that it has finished.
    public var phoneHome: String?
    /// The instance's identifier.
    public var instanceID: String
    /// The host name.
    public var hostname: String

    /// Reads the files of a seed; without a network configuration cloud-init falls back to DHCP.
    public init(files: [String: String]) {
        let network = files["network-config"]
        usesDHCP =
            network.map { text in
                let dhcp = Self.value(of: "dhcp4", in: text)
                return dhcp == "true" || dhcp == "yes" || (dhcp == nil && !text.contains("addresses:"))
            } ?? true
        let userData = files["user-data"] ?? ""
        if let start = userData.firstRange(of: "phone_home") {
            phoneHome = Self.value(of: "url", in: String(userData[start.upperBound...]))
        }
        let metaData = files["meta-data"] ?? ""
        instanceID = Self.value(of: "instance-id", in: metaData) ?? "nocloud"
        hostname =
            Self.value(of: "hostname", in: userData) ?? Self.value(of: "local-hostname", in: metaData) ?? "localhost"
    }

    /// The first scalar after `key:`, in YAML's block style or in JSON, without quotes.
    static func value(of key: String, in text: String) -> String? {
        for quoted in ["\"\(key)\"", key] {
            var rest = text[...]
            while let found = rest.firstRange(of: quoted) {
                let before = found.lowerBound > text.startIndex ? text[text.index(before: found.lowerBound)] : " "
                rest = text[found.upperBound...]
                let isWhole = !before.isLetter && before != "-" && before != "_"
                let after = rest.drop { $0 == " " }
                guard isWhole, after.first == ":" else { continue }
                let value = after.dropFirst().drop { $0 == " " }
                if let quote = value.first, quote == "\"" || quote == "'" {
                    return String(value.dropFirst().prefix { $0 != quote })
                }
                let plain = value.prefix { !$0.isNewline && $0 != "," && $0 != "}" && $0 != " " }
                return plain.isEmpty ? nil : String(plain)
            }
        }
        return nil
    }
}
