// SPDX-License-Identifier: Apache-2.0
private import Glibc
internal import Host

/// Fills a driver's configuration from an endpoint: by the names of its schema's members, by `--map`, or from a template.
struct ConfigurationMaker {
    let options: CheckOptions
    let schema: JSONValue

    private static let hostNames: Set<String> = [
        "host", "hostname", "address", "bmc", "bmc_host", "bmc_address", "ip", "server",
    ]
    private static let portNames: Set<String> = ["port", "bmc_port", "tcp_port", "udp_port"]
    private static let userNames: Set<String> = ["username", "user", "login", "account", "bmc_user", "bmc_username"]
    private static let passwordNames: Set<String> = [
        "password", "pass", "passwd", "secret", "bmc_password", "passphrase",
    ]
    private static let urlNames: Set<String> = ["url", "base_url", "uri", "endpoint", "service_url"]
    private static let certificateNames: Set<String> = [
        "ca", "ca_file", "cafile", "ca_certificate", "ca_path", "trust",
    ]

    /// Names of the members that are secrets.
    var secretNames: Set<String> {
        Set(
            (schema["properties"]?.members ?? []).filter { member in
                if case .bool(true) = member.value["writeOnly"] ?? .null { return true }
                return false
            }.map(\.key))
    }

    /// The configuration for an endpoint.
    /// - Throws: `CheckStop.skipped` when a required member has no value the kit could know.
    func settings(_ endpoint: Endpoint) throws -> DeviceSettings {
        var members = try startingPoint(endpoint)
        if case .device = options.target {
            members = members.filter { !secretNames.contains($0.key) || options.secretFiles[$0.key] == nil }
            return split(members + (try deviceSecrets(besides: members)))
        }
        for property in schema["properties"]?.members ?? [] where !members.contains(where: { $0.key == property.key }) {
            if let text = options.map[property.key] {
                members.append((property.key, Self.value(Self.fill(text, endpoint), property.value)))
            } else if options.template == nil, let value = guess(property.key, property.value, endpoint) {
                // A template is the whole configuration: another kind of device may be denied what it does not name.
                members.append((property.key, value))
            }
        }
        for (name, text) in options.map where !members.contains(where: { $0.key == name }) {
            members.append((name, .string(Self.fill(text, endpoint))))
        }
        for name in schema["required"]?.elements.compactMap(\.string) ?? []
        where !members.contains(where: { $0.key == name }) {
            guard let value = plainValue(schema["properties"]?[name] ?? .null) else {
                throw CheckStop.skipped(
                    "the kit does not know what to put into the required configuration member \"\(name)\"; "
                        + "say it with --map \(name)=VALUE")
            }
            members.append((name, value))
        }
        return split(members)
    }

    /// Takes the secrets out of a configuration, as the host does, and fills in the defaults.
    func split(_ members: [(key: String, value: JSONValue)]) -> DeviceSettings {
        let names = secretNames
        var secrets: [String: String] = [:]
        var visible: [(key: String, value: JSONValue)] = []
        for member in members {
            if names.contains(member.key), let text = member.value.string {
                secrets[member.key] = text
            } else if !names.contains(member.key) {
                visible.append(member)
            }
        }
        let compiled = try? ConfigSchema(schema)
        let filled = compiled?.fillingDefaults(in: .object(visible)) ?? .object(visible)
        return DeviceSettings(json: filled.text, secrets: MaskedSecrets(secrets))
    }

    /// Secrets of a real device: from files, and the password from the environment.
    private func deviceSecrets(
        besides members: [(key: String, value: JSONValue)]
    ) throws -> [(key: String, value: JSONValue)] {
        var secrets: [(key: String, value: JSONValue)] = []
        for (name, file) in options.secretFiles.sorted(by: { $0.key < $1.key }) {
            guard let text = FileBytes.text(file, limit: 65_536) else { throw CheckStop.trouble("cannot read \(file)") }
            secrets.append((name, .string(String(text.prefix { !$0.isNewline }))))
        }
        let isGiven = (members + secrets).contains { $0.key == "password" }
        if !isGiven, secretNames.contains("password"), let text = getenv("INGOT_BMC_PASSWORD") {
            secrets.append(("password", .string(String(cString: text))))
        }
        return secrets
    }

    private func startingPoint(_ endpoint: Endpoint) throws -> [(key: String, value: JSONValue)] {
        var path = options.template
        if case .device(let file) = options.target { path = file }
        guard let path else { return [] }
        guard let text = FileBytes.text(path, limit: 65_536) else {
            throw CheckStop.trouble("cannot read \(path)")
        }
        let parsed: JSONValue
        do throws(JSONError) { parsed = try JSONParser.parse(Self.fill(text, endpoint)) } catch {
            throw CheckStop.trouble("\(path) is not JSON: \(error)")
        }
        return parsed.members
    }

    private func guess(_ name: String, _ property: JSONValue, _ endpoint: Endpoint) -> JSONValue? {
        let plain = name.lowercased().replacing("-", with: "_")
        let text: String?
        if Self.urlNames.contains(plain) {
            text = endpoint.url ?? "\(endpoint.host):\(endpoint.port)"
        } else if Self.hostNames.contains(plain) {
            text = schemaHasPort ? endpoint.host : endpoint.url ?? hostAndPort(endpoint)
        } else if Self.portNames.contains(plain) {
            text = String(endpoint.port)
        } else if Self.userNames.contains(plain) {
            text = endpoint.user
        } else if Self.passwordNames.contains(plain) {
            text = endpoint.password
        } else if Self.certificateNames.contains(plain), let file = endpoint.certificateFile {
            text = file
        } else {
            text = nil
        }
        return text.map { Self.value($0, property) }
    }

    private var schemaHasPort: Bool {
        (schema["properties"]?.members ?? []).contains { Self.portNames.contains($0.key.lowercased()) }
    }

    private func hostAndPort(_ endpoint: Endpoint) -> String {
        endpoint.host.contains(":") ? "[\(endpoint.host)]:\(endpoint.port)" : "\(endpoint.host):\(endpoint.port)"
    }

    /// A value that a member may have whatever the target is: its default, its only choice.
    private func plainValue(_ property: JSONValue) -> JSONValue? {
        property["default"] ?? property["const"] ?? property["enum"]?.elements.first
    }

    private static func value(_ text: String, _ property: JSONValue) -> JSONValue {
        let types = property["type"]?.string.map { [$0] } ?? property["type"]?.elements.compactMap(\.string) ?? []
        if types.contains("integer") || types.contains("number"), let number = Int(text) { return .number(number) }
        if types.contains("boolean"), text == "true" || text == "false" { return .bool(text == "true") }
        if types.contains("array") || types.contains("object"), let json = try? JSONParser.parse(text) { return json }
        return .string(text)
    }

    private static func fill(_ text: String, _ endpoint: Endpoint) -> String {
        var text = text
        for (name, value) in [
            ("{host}", endpoint.host), ("{port}", String(endpoint.port)), ("{user}", endpoint.user),
            ("{password}", endpoint.password), ("{url}", endpoint.url ?? ""),
            ("{ca}", endpoint.certificateFile ?? ""),
        ] { text = text.replacing(name, with: value) }
        for (name, value) in endpoint.more { text = text.replacing("{\(name)}", with: value) }
        return text
    }
}
