// SPDX-License-Identifier: Apache-2.0

/// One of a machine's drivers and how it reaches the machine.
public struct DriverBinding: Codable, Sendable, Equatable {
    /// The driver plugin's id, e.g. `dev.ingot.ipmi`.
    public var driver: String
    /// The driver's configuration without its secrets.
    public var config: [String: JSONValue]
    /// The members of the configuration that are kept sealed, with the id under which each one is.
    public var secrets: [String: String]

    /// A binding with its parts.
    public init(driver: String, config: [String: JSONValue], secrets: [String: String] = [:]) {
        self.driver = driver
        self.config = config
        self.secrets = secrets
    }

    /// The id under which a secret is sealed.
    static func secretID(machine: String, driver: String, secret: String) -> String {
        "machine/\(machine)/\(driver)/\(secret)"
    }
}
