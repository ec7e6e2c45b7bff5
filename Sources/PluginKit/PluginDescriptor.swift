// SPDX-License-Identifier: Apache-2.0

/// What a plugin says of itself; the manifest beside the library repeats it and must agree.
public struct PluginDescriptor: Sendable {
    /// Reverse DNS, such as `dev.ingot.ipmi`.
    public var id: String
    /// Name for people.
    public var name: String
    /// Who makes it.
    public var vendor: String
    /// Semantic version of the plugin.
    public var version: String
    /// SPDX licence expression.
    public var license: String
    /// JSON Schema 2020-12 of the configuration; secrets carry `"writeOnly": true`.
    public var configSchema: String

    /// Describes a plugin.
    public init(id: String, name: String, vendor: String, version: String, license: String, configSchema: String) {
        self.id = id
        self.name = name
        self.vendor = vendor
        self.version = version
        self.license = license
        self.configSchema = configSchema
    }
}
