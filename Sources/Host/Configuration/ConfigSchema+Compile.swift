// SPDX-License-Identifier: Apache-2.0

extension ConfigSchema {
    private static let types: Set<String> = ["null", "boolean", "object", "array", "number", "integer", "string"]

    /// Reads a schema.
    /// - Throws: `SchemaError` for a keyword the host does not check or a value it cannot have.
    package init(_ json: JSONValue) throws(SchemaError) {
        try self.init(json, path: "$", depth: 0)
    }

    private init(_ json: JSONValue, path: String, depth: Int) throws(SchemaError) {
        switch json {
        case .bool(let value): self = .anything(value)
        case .object(let members):
            var rules = Rules()
            for member in members { try rules.read(member.key, member.value, path: path, depth: depth) }
            if rules.isSecret {
                guard depth == 1 else {
                    throw SchemaError(path: path, problem: "writeOnly is for members of the top object")
                }
                guard rules.types == ["string"] else {
                    throw SchemaError(path: path, problem: "a writeOnly member needs \"type\": \"string\"")
                }
                guard rules.fallback == nil else { throw SchemaError(path: path, problem: "a secret has no default") }
            }
            self = .rules(rules)
            if let fallback = rules.fallback {
                if let problem = problems(in: fallback, path: path).first {
                    throw SchemaError(path: path, problem: "default does not fit: \(problem.problem)")
                }
            }
        default: throw SchemaError(path: path, problem: "a schema is an object, true or false")
        }
    }

    fileprivate static func nested(_ json: JSONValue, path: String, depth: Int) throws(SchemaError) -> ConfigSchema {
        try ConfigSchema(json, path: path, depth: depth + 1)
    }

    fileprivate static func isType(_ name: String) -> Bool { types.contains(name) }
}

extension ConfigSchema.Rules {
    fileprivate mutating func read(_ key: String, _ value: JSONValue, path: String, depth: Int) throws(SchemaError) {
        let wrong = SchemaError(path: path, problem: "\"\(key)\" has a value it cannot have")
        switch key {
        case "title", "description", "examples", "$schema", "$id", "$comment": break
        case "type": types = try Self.types(value, wrong)
        case "enum":
            guard case .array(let values) = value, !values.isEmpty else { throw wrong }
            choices = values
        case "const": constant = value
        case "default": fallback = value
        case "writeOnly":
            guard case .bool(let flag) = value else { throw wrong }
            isSecret = flag
        case "uniqueItems":
            guard case .bool(let flag) = value else { throw wrong }
            uniqueItems = flag
        case "properties":
            guard case .object(let members) = value else { throw wrong }
            for member in members {
                let schema = try ConfigSchema.nested(member.value, path: "\(path).\(member.key)", depth: depth)
                properties.append((member.key, schema))
            }
        case "required":
            guard case .array(let names) = value else { throw wrong }
            for name in names {
                guard let text = name.string else { throw wrong }
                required.append(text)
            }
        case "additionalProperties": additional = try ConfigSchema.nested(value, path: "\(path).*", depth: depth + 1)
        case "items": items = try ConfigSchema.nested(value, path: "\(path)[]", depth: depth + 1)
        case "minItems": itemCount = try Self.range(Self.count(value, wrong), itemCount.upperBound, wrong)
        case "maxItems": itemCount = try Self.range(itemCount.lowerBound, Self.count(value, wrong), wrong)
        case "minLength": length = try Self.range(Self.count(value, wrong), length.upperBound, wrong)
        case "maxLength": length = try Self.range(length.lowerBound, Self.count(value, wrong), wrong)
        case "minimum": minimum = try Self.number(value, wrong)
        case "maximum": maximum = try Self.number(value, wrong)
        case "pattern":
            guard let text = value.string, (try? Regex(text)) != nil else { throw wrong }
            pattern = text
        default: throw SchemaError(path: path, problem: "the host does not know the keyword \"\(key)\"")
        }
    }

    private static func types(_ value: JSONValue, _ wrong: SchemaError) throws(SchemaError) -> [String] {
        let values: [JSONValue]
        if case .array(let several) = value { values = several } else { values = [value] }
        var names: [String] = []
        for value in values {
            guard let name = value.string, ConfigSchema.isType(name) else { throw wrong }
            names.append(name)
        }
        guard !names.isEmpty else { throw wrong }
        return names
    }

    private static func number(_ value: JSONValue, _ wrong: SchemaError) throws(SchemaError) -> JSONNumber {
        guard case .number(let number) = value else { throw wrong }
        return number
    }

    private static func count(_ value: JSONValue, _ wrong: SchemaError) throws(SchemaError) -> Int {
        guard case .number(let number) = value, let count = Int(exactly: number.value), count >= 0 else { throw wrong }
        return count
    }

    private static func range(_ low: Int, _ high: Int, _ wrong: SchemaError) throws(SchemaError) -> ClosedRange<Int> {
        guard low <= high else { throw wrong }
        return low...high
    }
}
