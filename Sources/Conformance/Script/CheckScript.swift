// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

/// A check written as text: what it requires, and steps of what to do and what to expect (docs/conformance.md).
struct CheckScript: Sendable, Equatable {
    /// One step, with the line it stands on.
    struct Step: Sendable, Equatable {
        enum Kind: Sendable, Equatable {
            /// An operation of the driver, its arguments, and options such as `deadline`.
            case perform(String, [String], [String: String])
            /// What the last operation, the machine and the BMC must be like; `within` is how long to wait for it.
            case expect([Condition], within: Duration?)
            case fault([String])
            case clear
            case wait(Duration)
            /// Counters of the machine and the BMC count from here.
            case mark
        }

        var line: Int
        var kind: Kind
    }

    struct Condition: Sendable, Equatable {
        enum Sign: String, Sendable {
            case equal = "="
            case contains = "~"
        }

        var name: String
        var sign: Sign
        var value: String
    }

    var id = ""
    var requirement = ""
    var isMust = true
    var needs: [String] = []
    var hazard = Check.Hazard.none
    var limit: Duration = .seconds(60)
    /// How the machine is at the start: `power` and so on.
    var start: [String: String] = [:]
    var steps: [Step] = []

    private static let operations: Set<String> = [
        "open", "close", "probe", "power.get", "power.set", "boot.get", "boot.set", "sensors.read", "inventory.read",
        "eventlog.read", "eventlog.clear", "vendor.invoke",
    ]
    private static let conditions: Set<String> = [
        "status", "state", "target", "flags", "error", "maybe_applied", "emitted", "truth.power", "truth.boot",
        "truth.resets", "truth.power_ons", "truth.power_offs", "truth.nmis", "requests", "sessions",
    ]

    /// Reads a script.
    /// - Throws: `ScriptError` that names the line.
    init(_ text: String) throws(ScriptError) {
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = index + 1
            let words = Self.words(String(raw))
            guard let verb = words.first else { continue }
            let rest = Array(words.dropFirst())
            switch verb {
            case "check":
                guard rest.count == 1, rest[0].wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil else {
                    throw ScriptError(line: line, problem: "check needs a name such as vendor-power-cycle")
                }
                id = rest[0]
            case "requirement": requirement = rest.joined(separator: " ")
            case "level":
                guard rest == ["must"] || rest == ["should"] else {
                    throw ScriptError(line: line, problem: "level is must or should")
                }
                isMust = rest == ["must"]
            case "needs": needs = rest
            case "hazard":
                guard let word = rest.first, let value = Check.Hazard(rawValue: word) else {
                    throw ScriptError(line: line, problem: "hazard is none, reboots or destructive")
                }
                hazard = value
            case "limit": limit = try Self.duration(rest.first ?? "", line)
            case "start": start = try Self.pairs(rest, line)
            default: steps.append(Step(line: line, kind: try Self.step(verb, rest, line)))
            }
        }
        guard !id.isEmpty else { throw ScriptError(line: 1, problem: "there is no line `check NAME`") }
        guard !requirement.isEmpty else { throw ScriptError(line: 1, problem: "there is no line `requirement …`") }
        guard steps.contains(where: { if case .expect = $0.kind { true } else { false } }) else {
            throw ScriptError(line: 1, problem: "nothing is expected, so the check could not fail")
        }
    }

    private static func step(_ verb: String, _ rest: [String], _ line: Int) throws(ScriptError) -> Step.Kind {
        switch verb {
        case "do":
            guard let operation = rest.first, operations.contains(operation) else {
                throw ScriptError(line: line, problem: "there is no operation \(rest.first ?? "")")
            }
            let words = rest.dropFirst()
            let options = words.filter {
                $0.hasPrefix("deadline=") || $0.hasPrefix("cancel=") || $0.hasPrefix("password=")
            }
            return .perform(operation, words.filter { !options.contains($0) }, try pairs(Array(options), line))
        case "expect":
            var conditions: [Condition] = []
            var within: Duration?
            for word in rest {
                if word.hasPrefix("within=") {
                    within = try duration(String(word.dropFirst(7)), line)
                    continue
                }
                guard let at = word.firstIndex(where: { $0 == "=" || $0 == "~" }),
                    let sign = Condition.Sign(rawValue: String(word[at]))
                else { throw ScriptError(line: line, problem: "\(word) is no condition like status=ok") }
                let name = String(word[..<at])
                guard Self.conditions.contains(name.hasPrefix("emitted.") ? "emitted" : name) else {
                    throw ScriptError(line: line, problem: "there is no condition \(name)")
                }
                conditions.append(Condition(name: name, sign: sign, value: String(word[word.index(after: at)...])))
            }
            guard !conditions.isEmpty else { throw ScriptError(line: line, problem: "expect what?") }
            return .expect(conditions, within: within)
        case "fault":
            for name in rest {
                do throws(FaultError) { _ = try Fault(name) } catch {
                    throw ScriptError(line: line, problem: error.message)
                }
            }
            guard !rest.isEmpty else { throw ScriptError(line: line, problem: "which fault?") }
            return .fault(rest)
        case "clear": return .clear
        case "wait": return .wait(try duration(rest.first ?? "", line))
        case "mark": return .mark
        default: throw ScriptError(line: line, problem: "\(verb) is no step")
        }
    }

    /// Words of a line up to `#`; text in double quotes is one word.
    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        for character in line {
            if character == "\"" {
                isQuoted.toggle()
                word = word ?? ""
            } else if character == "#", !isQuoted {
                break
            } else if character.isWhitespace, !isQuoted {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }

    private static func pairs(_ words: [String], _ line: Int) throws(ScriptError) -> [String: String] {
        var pairs: [String: String] = [:]
        for word in words {
            guard let at = word.firstIndex(of: "=") else {
                throw ScriptError(line: line, problem: "\(word) is not NAME=VALUE")
            }
            pairs[String(word[..<at])] = String(word[word.index(after: at)...])
        }
        return pairs
    }

    /// `30s`, `0.5s` or `200ms`.
    static func duration(_ text: String, _ line: Int) throws(ScriptError) -> Duration {
        let isMilliseconds = text.hasSuffix("ms")
        let digits = isMilliseconds ? text.dropLast(2) : text.hasSuffix("s") ? text.dropLast() : text[...]
        guard let value = Double(digits), value >= 0, value <= 86_400 else {
            throw ScriptError(line: line, problem: "\(text) is no time such as 30s or 200ms")
        }
        return .milliseconds(Int64(isMilliseconds ? value : value * 1_000))
    }
}

/// Why a text is no check, and where.
struct ScriptError: Error, Sendable, CustomStringConvertible {
    let line: Int
    let problem: String
    var description: String { "line \(line): \(problem)" }
}
