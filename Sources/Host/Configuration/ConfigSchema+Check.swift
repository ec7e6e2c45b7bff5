// SPDX-License-Identifier: Apache-2.0

/// One thing wrong in a configuration.
package struct ConfigProblem: Error, Equatable, CustomStringConvertible {
    /// Where, such as `$.cipher_suites[0]`.
    package let path: String
    /// What; never contains the value itself.
    package let problem: String

    package var description: String { "\(path) \(problem)" }
}

extension ConfigSchema {
    /// A pattern is not tried on longer text, because matching may take long.
    private static let maximumPatternInput = 1024

    /// Everything that is wrong in a value, in the order of the schema.
    package func problems(in value: JSONValue, path: String = "$") -> [ConfigProblem] {
        switch self {
        case .anything(true): return []
        case .anything(false): return [ConfigProblem(path: path, problem: "is not allowed")]
        case .rules(let rules):
            if let types = rules.types, !types.contains(where: { Self.matches(value, $0) }) {
                let problem = "must be \(types.joined(separator: " or ")), not \(value.typeName)"
                return [ConfigProblem(path: path, problem: problem)]
            }
            var problems: [ConfigProblem] = []
            if let choices = rules.choices, !choices.contains(value) {
                let list = choices.map(\.text).joined(separator: ", ")
                problems.append(ConfigProblem(path: path, problem: "must be one of \(list)"))
            }
            if let constant = rules.constant, constant != value {
                problems.append(ConfigProblem(path: path, problem: "must be \(constant.text)"))
            }
            switch value {
            case .object(let members): problems += rules.problems(inObject: members, path)
            case .array(let elements): problems += rules.problems(inArray: elements, path)
            case .string(let text): problems += rules.problems(inString: text, path, Self.maximumPatternInput)
            case .number(let number): problems += rules.problems(inNumber: number, path)
            case .null, .bool: break
            }
            return problems
        }
    }

    private static func matches(_ value: JSONValue, _ type: String) -> Bool {
        value.typeName == type || (type == "number" && value.typeName == "integer")
    }

    /// The value with every absent member that has a default filled in.
    package func fillingDefaults(in value: JSONValue) -> JSONValue {
        guard case .rules(let rules) = self else { return value }
        switch value {
        case .object(let members):
            var filled = members.map { member in
                let schema = rules.properties.first { $0.name == member.key }?.schema ?? rules.additional
                return (key: member.key, value: schema?.fillingDefaults(in: member.value) ?? member.value)
            }
            for property in rules.properties where !members.contains(where: { $0.key == property.name }) {
                guard case .rules(let nested) = property.schema, let fallback = nested.fallback else { continue }
                filled.append((property.name, fallback))
            }
            return .object(filled)
        case .array(let elements): return .array(elements.map { rules.items?.fillingDefaults(in: $0) ?? $0 })
        default: return value
        }
    }
}

extension ConfigSchema.Rules {
    fileprivate func problems(inObject members: [(key: String, value: JSONValue)], _ path: String) -> [ConfigProblem] {
        var problems = required.filter { name in !members.contains { $0.key == name } }
            .map { ConfigProblem(path: "\(path).\($0)", problem: "is required") }
        for member in members {
            let path = "\(path).\(member.key)"
            if let property = properties.first(where: { $0.name == member.key }) {
                problems += property.schema.problems(in: member.value, path: path)
            } else if let additional {
                problems += additional.problems(in: member.value, path: path)
            }
        }
        return problems
    }

    fileprivate func problems(inArray elements: [JSONValue], _ path: String) -> [ConfigProblem] {
        var problems: [ConfigProblem] = []
        if elements.count < itemCount.lowerBound {
            problems.append(ConfigProblem(path: path, problem: "needs at least \(itemCount.lowerBound) elements"))
        }
        if elements.count > itemCount.upperBound {
            problems.append(ConfigProblem(path: path, problem: "has more than \(itemCount.upperBound) elements"))
        }
        for (index, element) in elements.enumerated() {
            if let items { problems += items.problems(in: element, path: "\(path)[\(index)]") }
            if uniqueItems, elements[..<index].contains(element) {
                problems.append(ConfigProblem(path: "\(path)[\(index)]", problem: "occurs twice"))
            }
        }
        return problems
    }

    fileprivate func problems(inString text: String, _ path: String, _ limit: Int) -> [ConfigProblem] {
        var problems: [ConfigProblem] = []
        let count = text.unicodeScalars.count
        if count < length.lowerBound {
            problems.append(ConfigProblem(path: path, problem: "needs at least \(length.lowerBound) characters"))
        }
        if count > length.upperBound {
            problems.append(ConfigProblem(path: path, problem: "has more than \(length.upperBound) characters"))
        }
        if let pattern {
            if count > limit {
                problems.append(ConfigProblem(path: path, problem: "has more than \(limit) characters"))
            } else if let regex = try? Regex(pattern), (try? regex.firstMatch(in: text)) == nil {
                problems.append(ConfigProblem(path: path, problem: "must match the pattern \(pattern)"))
            }
        }
        return problems
    }

    fileprivate func problems(inNumber number: JSONNumber, _ path: String) -> [ConfigProblem] {
        if let minimum, number.value < minimum.value {
            return [ConfigProblem(path: path, problem: "must be at least \(minimum.text)")]
        }
        if let maximum, number.value > maximum.value {
            return [ConfigProblem(path: path, problem: "must be at most \(maximum.text)")]
        }
        return []
    }
}
