// SPDX-License-Identifier: Apache-2.0

/// What `plugin.json` beside a library says. Everything a plugin says about itself must be the same.
public struct PluginManifest: Sendable, Codable, Equatable {
    /// Reverse DNS; also the name of the plugin's directory.
    public var id: String
    public var name: String
    public var vendor: String
    public var version: String
    /// SPDX expression.
    public var license: String
    /// Major version of the ABI.
    public var abi: Int
    /// File name of the library, in the manifest's own directory.
    public var library: String
    /// SHA-256 of the library, 64 lower-case hexadecimal digits.
    public var sha256: String
    /// Ids of the interfaces the plugin has.
    public var extensions: [String]
    /// JSON Schema of a device's configuration, as JSON text.
    public var configSchemaJSON: String
    /// What the plugin connects to: `udp/623`, `tcp/443`, `tcp/*`, `unix/*`; empty for nothing.
    public var network: [String]
    /// Files and directories that the plugin may also write, such as a serial port; absolute paths.
    public var files: [String]
    /// Limit of a worker's private memory in MiB.
    public var memoryMiB: Int
    /// Grain of isolation: `plugin` is one worker for all devices, `device` one for each.
    public var isolation: String
}
