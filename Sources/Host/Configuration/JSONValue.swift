// SPDX-License-Identifier: Apache-2.0

/// A JSON document in memory. Members keep their order.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// A number as it was written, so that no digit is lost.
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object([(key: String, value: JSONValue)])

    /// The member of an object.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    package var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// What JSON Schema calls the type of a value.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number(let number): number.isInteger ? "integer" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

/// A JSON number: its text and its value.
package struct JSONNumber: Sendable {
    package let text: String
    package let value: Double

    package init(text: String, value: Double) {
        self.text = text
        self.value = value
    }

    /// Whether the value has no fraction, however it is written (JSON Schema counts 1.0 as an integer).
    package var isInteger: Bool { value == value.rounded() && value.isFinite }
}

/// Equal as JSON Schema means it: numbers by value, objects without regard to order.
extension JSONValue: Equatable {
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left.text == right.text || left.value == right.value
        case (.string(let left), .string(let right)): Array(left.utf8) == Array(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { member in right.contains { $0.key == member.key && $0.value == member.value } }
        default: false
        }
    }
}
