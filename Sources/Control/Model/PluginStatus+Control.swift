// SPDX-License-Identifier: Apache-2.0
import Host

extension PluginStatus {
    /// Whether the plugin is usable and has the interface.
    func offers(_ interface: String) -> Bool {
        state.reason == nil && manifest?.extensions.contains(interface) == true
    }

    /// The members of the configuration that its schema marks `writeOnly`.
    var secretNames: [String] {
        guard let manifest, case .object(let properties)? = JSONValue(jsonText: manifest.configSchemaJSON)?["properties"]
        else { return [] }
        return properties.filter { $0.value["writeOnly"] == .bool(true) }.keys.sorted()
    }
}
