// SPDX-License-Identifier: Apache-2.0
import Host

extension PluginStatus {
    /// Whether the plugin is usable and has the interface.
    func offers(_ interface: String) -> Bool {
        state.reason == nil && manifest?.extensions.contains(interface) == true
    }

    /// The members of the configuration that its schema marks `writeOnly`.
    var secretNames: [String] {
        guard let manifest, let schema = JSONValue(jsonText: manifest.configSchemaJSON),
            case .object(let properties) = schema["properties"]
        else { return [] }
        return properties.filter { $0.value["writeOnly"] == .bool(true) }.keys.sorted()
    }
}
