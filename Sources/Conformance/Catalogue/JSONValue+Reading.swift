// SPDX-License-Identifier: Apache-2.0
internal import Host

extension JSONValue {
    /// The elements of an array; none for anything else.
    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// The members of an object; none for anything else.
    var members: [(key: String, value: JSONValue)] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    /// A number without fraction.
    var integer: Int? {
        guard case .number(let number) = self else { return nil }
        return Int(number.text) ?? (number.isInteger ? Int(exactly: number.value) : nil)
    }

    var double: Double? {
        guard case .number(let number) = self else { return nil }
        return number.value
    }

    var isNull: Bool {
        if case .null = self { return true }
        return false
    }

    static func number(_ value: some BinaryInteger) -> JSONValue {
        .number(JSONNumber(text: "\(value)", value: Double(value)))
    }

    static func number(_ value: Double) -> JSONValue {
        let rounded = (value * 1_000).rounded() / 1_000
        return .number(JSONNumber(text: "\(rounded)", value: rounded))
    }

    /// The same object with a member set, or taken out with nil.
    func setting(_ key: String, _ value: JSONValue?) -> JSONValue {
        var members = members.filter { $0.key != key }
        if let value { members.append((key, value)) }
        return .object(members)
    }
}
