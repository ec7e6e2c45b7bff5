// SPDX-License-Identifier: Apache-2.0

extension PluginManifest {
    /// The names a device's configuration may hold in `quirks`; none when the schema has no such list.
    public var quirks: [String] {
        guard let schema = try? JSONParser.parse(configSchemaJSON),
            case .array(let names)? = schema["properties"]?["quirks"]?["items"]?["enum"]
        else { return [] }
        return names.compactMap(\.string)
    }
}
