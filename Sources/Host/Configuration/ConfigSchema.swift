// SPDX-License-Identifier: Apache-2.0

/// The part of JSON Schema 2020-12 that manifests may use for a device's configuration.
///
/// Checked keywords: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties` (true, false or a
/// schema), `items`, `minItems`, `maxItems`, `uniqueItems`, `minLength`, `maxLength`, `pattern`, `minimum`, `maximum`.
/// `default` fills in an absent member. `writeOnly` marks a secret: a string that is a member of the top object.
/// `title`, `description`, `examples`, `$schema`, `$id` and `$comment` say nothing to the host. Any other keyword
/// refuses the schema, because a rule that is not checked is worse than none.
indirect enum ConfigSchema: Sendable {
    /// `true` and `false`.
    case anything(Bool)
    case rules(Rules)

    struct Rules: Sendable {
        var types: [String]?
        var choices: [JSONValue]?
        var constant: JSONValue?
        var properties: [(name: String, schema: ConfigSchema)] = []
        var required: [String] = []
        var additional: ConfigSchema?
        var items: ConfigSchema?
        var itemCount: ClosedRange<Int> = 0...Int.max
        var uniqueItems = false
        var length: ClosedRange<Int> = 0...Int.max
        var pattern: String?
        var minimum: JSONNumber?
        var maximum: JSONNumber?
        var fallback: JSONValue?
        var isSecret = false
    }

    /// Names of the members that are secrets.
    var secrets: [String] {
        guard case .rules(let rules) = self else { return [] }
        return rules.properties.filter { $0.schema.isSecret }.map(\.name)
    }

    var isSecret: Bool {
        guard case .rules(let rules) = self else { return false }
        return rules.isSecret
    }
}

/// Why a schema cannot be used; names the place.
struct SchemaError: Error, Equatable, CustomStringConvertible {
    let path: String
    let problem: String

    var description: String { "config_schema \(path): \(problem)" }
}
