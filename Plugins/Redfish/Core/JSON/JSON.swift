// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259), as a service sends it or a driver says it.
enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// The member of an object; nil when there is none, when it is null, or when this is no object.
    subscript(_ member: String) -> JSON? {
        guard case .object(let members) = self, let value = members[member], value != .null else { return nil }
        return value
    }

    /// The member of the member, and so on.
    subscript(_ path: [String]) -> JSON? {
        var value: JSON? = self
        for member in path { value = value?[member] }
        return value
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The text without surrounding blanks, nil when nothing is left: BMCs fill what they do not know with blanks.
    var trimmedText: String? {
        guard let text else { return nil }
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return nil }
        return String(scalars[first...last])
    }

    var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// A number, and a text that is one: some BMCs quote their readings.
    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value.isFinite ? value : nil
        case .string(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
        default: nil
        }
    }

    var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value.rounded())
        default: nil
        }
    }

    var array: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    var object: [String: JSON]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// The texts of an array of texts; other elements are left out.
    var texts: [String]? { array?.compactMap(\.text) }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// An object of the members that have a value.
    static func members(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        var object: [String: JSON] = [:]
        for (name, value) in members { object[name] = value }
        return .object(object)
    }

    /// A text, or nil without one.
    static func text(_ value: String?) -> JSON? { value.map(JSON.string) }
    static func whole(_ value: Int64?) -> JSON? { value.map(JSON.integer) }
    static func list(_ values: [String]) -> JSON { .array(values.map(JSON.string)) }
}
