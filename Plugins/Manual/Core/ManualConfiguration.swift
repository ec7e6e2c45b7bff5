// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// What a person has to know to find a machine that nothing controls.
struct ManualConfiguration: Decodable, Sendable, Equatable {
    /// What is written on it.
    var label: String
    /// Where it stands, such as `room 2, rack 4, unit 12`.
    var location: String?

    /// JSON Schema of a device's configuration; `plugin.json.in` repeats it.
    static let schema = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "required": ["label"],
          "additionalProperties": false,
          "properties": {
            "label": { "type": "string", "minLength": 1, "maxLength": 100, "description": "What is written on the machine" },
            "location": { "type": "string", "minLength": 1, "maxLength": 200, "description": "Where it stands" }
          }
        }
        """#

    /// One line, for the person.
    var hint: String { location.map { "label \(label), \($0)" } ?? "label \(label)" }

    /// Reads a JSON object. Throws `invalid` naming what cannot be used.
    init(json: String) throws(PluginError) {
        self = try JSONText.decode(ManualConfiguration.self, from: json, as: "config")
        try Self.check(label, "label", limit: 100)
        if let location { try Self.check(location, "location", limit: 200) }
    }

    private static func check(_ text: String, _ field: String, limit: Int) throws(PluginError) {
        guard (1...limit).contains(text.count), !text.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw .invalid(field: field, "is not one line of 1 to \(limit) characters")
        }
    }
}
