// SPDX-License-Identifier: Apache-2.0

/// The part of JSON Schema 2020-12 that manifests may use for a device's configuration.
///
/// Checked keywords: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties` (true, false or a
/// schema), `items`, `minItems`, `maxItems`, `uniqueItems`, `minLength`, `maxLength`, `pattern`, `minimum`, `maximum`.
/// `default` fills in an absent member. `writeOnly` marks a secret: a string that is a member of the top object.
/// `title`, `description`, `examples`, `$schema`, `$id` and `$comment` say nothing to the host. Any other keyword
/// refuses the schema, because a rule that is not checked is worse than none.
package indirect enum ConfigSchema: Sendable {
    /// `true` and `false`.
    case anything(Bool)
    case rules(Rules)

    package struct Rules: Sendable {
        package var types: [String]?
        package var choices: [JSONValue]?
        package var constant: JSONValue?
        package var properties: [(name: String, schema: ConfigSchema)] = []
        package var required: [String] = []
        package var additional: ConfigSchema?
        package var items: ConfigSchema?
        package var itemCount: ClosedRange<Int> = 0...Int.max
        package var uniqueItems = false
        package var length: ClosedRange<Int> = 0...Int.max
        package var pattern: String?
        package var minimum: JSONNumber?
        package var maximum: JSONNumber?
        package var fallback: JSONValue?
        package var isSecret = false
    }

    /// Names of the members that are secrets.
    package var secrets: [String] {
        guard case .rules(let rules) = self else { return [] }
        return rules.properties.filter { $0.schema.isSecret }.map(\.name)
    }

    package var isSecret: Bool {
        guard case .rules(let rules) = self else { return false }
        return rules.isSecret
    }
}

/// Why a schema cannot be used; names the place.
package struct SchemaError: Error, Equatable, CustomStringConvertible {
    package let path: String
    package let problem: String

    package var description: String { "config_schema \(path): \(problem)" }
}
