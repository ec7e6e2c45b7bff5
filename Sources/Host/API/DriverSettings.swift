// SPDX-License-Identifier: Apache-2.0

/// How one driver reaches one machine.
public struct DriverSettings: Sendable {
    /// The driver's id.
    public var driver: String
    /// Its configuration, a JSON object.
    public var configJSON: String
    public var secrets: [String: Secret]

    public init(driver: String, configJSON: String, secrets: [String: Secret] = [:]) {
        self.driver = driver
        self.configJSON = configJSON
        self.secrets = secrets
    }

    /// The `quirks` the configuration itself names.
    var quirks: [String] {
        guard let json = try? JSONParser.parse(configJSON), case .array(let names)? = json["quirks"] else { return [] }
        return names.compactMap(\.string)
    }

    /// The configuration with these quirks in place of its own.
    func configJSON(quirks: [String]) -> String {
        guard case .object(var members)? = try? JSONParser.parse(configJSON) else { return configJSON }
        members.removeAll { $0.key == "quirks" }
        if !quirks.isEmpty { members.append(("quirks", .array(quirks.map { .string($0) }))) }
        return JSONValue.object(members).text
    }
}
