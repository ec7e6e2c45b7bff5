// SPDX-License-Identifier: Apache-2.0
internal import Host

/// How a check ended.
public struct Outcome: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case pass
        case fail
        case crash
        case hang
        case warn
        case skip
        case notApplicable = "not-applicable"
        case knownFail = "known-fail"
    }

    public var kind: Kind
    /// Why it was skipped, or which known failure it is.
    public var reason: String?
    public var expected: String?
    public var seen: String?
    /// What the check did, for people.
    public var notes: [String] = []
    /// What the driver printed last.
    public var output: String?
    public var seconds: Double = 0
    /// Times of calls that answered OK, in nanoseconds, by operation.
    public var latencies: [String: [UInt64]] = [:]
    /// A value that one part of a check hands to another.
    var value: JSONValue?

    public init(_ kind: Kind, reason: String? = nil, expected: String? = nil, seen: String? = nil) {
        self.kind = kind
        self.reason = reason
        self.expected = expected
        self.seen = seen
    }

    /// Whether it speaks against the driver.
    public var isFailure: Bool { kind == .fail || kind == .crash || kind == .hang }

    /// For the way from the check's process to the kit.
    var json: JSONValue {
        var members: [(key: String, value: JSONValue)] = [("outcome", .string(kind.rawValue))]
        if let reason { members.append(("reason", .string(reason))) }
        if let expected { members.append(("expected", .string(expected))) }
        if let seen { members.append(("seen", .string(seen))) }
        if !notes.isEmpty { members.append(("notes", .array(notes.map { .string($0) }))) }
        let times = latencies.sorted { $0.key < $1.key }.map { name, values in
            (key: name, value: JSONValue.array(values.prefix(2_000).map { .number($0) }))
        }
        if !times.isEmpty { members.append(("latencies", .object(times))) }
        if let value { members.append(("value", value)) }
        return .object(members)
    }

    init?(_ json: JSONValue) {
        guard let kind = json["outcome"]?.string.flatMap(Kind.init(rawValue:)) else { return nil }
        self.init(
            kind, reason: json["reason"]?.string, expected: json["expected"]?.string, seen: json["seen"]?.string)
        notes = json["notes"]?.elements.compactMap(\.string) ?? []
        for member in json["latencies"]?.members ?? [] {
            latencies[member.key] = member.value.elements.compactMap { $0.integer.map { UInt64(clamping: $0) } }
        }
        value = json["value"]
    }
}
