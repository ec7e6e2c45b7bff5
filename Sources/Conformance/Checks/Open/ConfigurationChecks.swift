// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import PluginAPI

/// Checks 15 and 16: configurations that cannot be used.
enum ConfigurationChecks {
    /// The configuration with its secrets in place, as the host checks it.
    private static func complete(_ run: CheckRun, _ endpoint: Endpoint) throws -> (JSONValue, ConfigurationMaker) {
        let schema = try run.schema()
        let maker = ConfigurationMaker(options: run.options, schema: schema)
        let settings = try maker.settings(endpoint)
        var json = (try? JSONParser.parse(settings.json)) ?? .object([])
        for name in settings.secrets.names {
            let count = settings.secrets.count(of: name) ?? 0
            let bytes = UnsafeMutableRawPointer.allocate(byteCount: max(1, count), alignment: 1)
            defer { bytes.deallocate() }
            settings.secrets.unmask(name, into: bytes)
            let text = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
            json = json.setting(name, .string(text))
        }
        return (json, maker)
    }

    static func missingMemberIsNamed(_ run: CheckRun) async throws {
        let target = try await run.startTarget()
        let (complete, maker) = try complete(run, target.endpoint)
        let schema = try run.compiledSchema()
        var refused: [String] = []
        var optional: [String] = []
        for member in complete.members {
            let without = complete.setting(member.key, nil)
            let problems = schema.problems(in: without)
            if let problem = problems.first {
                try require(
                    problem.path == "$.\(member.key)", "the schema's refusal names $.\(member.key)", problem.description
                )
                refused.append(member.key)
                continue
            }
            // The host fills the defaults in again; a member with a default is never missing.
            let filled = schema.fillingDefaults(in: without)
            guard filled[member.key] == nil else { continue }
            let answer = try await run.reach(maker.split(filled.members))
            try judge(answer, member.key)
            optional.append("\(member.key) (\(Words.status(answer.status)))")
        }
        run.note("refused by the schema: \(refused.joined(separator: ", "))")
        if !optional.isEmpty { run.note("left to the driver: \(optional.joined(separator: ", "))") }
    }

    private static func judge(_ answer: Answer, _ member: String) throws {
        switch answer.status {
        // Without a user or a password the BMC itself may refuse.
        case INGOT_OK, INGOT_E_AUTH, INGOT_E_UNREACHABLE, INGOT_E_TIMEOUT: return
        case INGOT_E_INVALID:
            let detail = answer.failure?.detail.flatMap { try? JSONParser.parse($0) }
            let said = "\(detail?["field"]?.string ?? "") \(answer.failure?.message ?? "")"
            try require(
                said.contains(member), "the error names \"\(member)\" (detail_json {\"field\": \"$.\(member)\"})",
                answer.text)
        default:
            throw CheckStop.failed(
                expected: "without \"\(member)\", which the schema does not require, open works or answers INVALID",
                seen: answer.text)
        }
    }

    static func wrongValuesAreRefused(_ run: CheckRun) async throws {
        let target = try await run.startTarget()
        let (complete, maker) = try complete(run, target.endpoint)
        let schema = try run.compiledSchema()
        var bySchema = 0
        var byDriver = 0
        for member in complete.members {
            for (what, value) in wrongValues(member.value) {
                let changed = complete.setting(member.key, value)
                guard schema.problems(in: changed).isEmpty else {
                    bySchema += 1
                    continue
                }
                // A secret that is no string would not reach the driver as a secret at all.
                if maker.secretNames.contains(member.key) { continue }
                let answer = try await run.reach(maker.split(changed.members), .within(.seconds(5)))
                let isRefused =
                    [INGOT_E_INVALID, INGOT_E_UNSUPPORTED].contains(answer.status)
                    || (value.string != nil
                        && [INGOT_E_UNREACHABLE, INGOT_E_AUTH, INGOT_E_TIMEOUT].contains(answer.status))
                try require(
                    isRefused,
                    "\"\(member.key)\" with \(what) is refused by the schema, or by open with INVALID",
                    "the schema lets it pass, and \(answer.text)")
                byDriver += 1
            }
        }
        run.note("\(bySchema) wrong values refused by the schema, \(byDriver) by the driver")
        try require(bySchema + byDriver > 0, "there is something to get wrong", "the configuration is empty")
    }

    /// Values that a member holding this one cannot mean.
    private static func wrongValues(_ value: JSONValue) -> [(String, JSONValue)] {
        switch value {
        case .string: [("a number", .number(7)), ("an object", .object([])), ("an empty text", .string(""))]
        case .number:
            [
                ("a text", .string("seven")), ("a number below its range", .number(-1)),
                ("a number above its range", .number(99_999_999)), ("null", .null),
            ]
        case .bool: [("a text", .string("yes")), ("a number", .number(2))]
        case .array: [("a text", .string("one")), ("an object", .object([]))]
        case .object: [("a text", .string("one"))]
        case .null: []
        }
    }
}
