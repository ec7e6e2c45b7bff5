// SPDX-License-Identifier: Apache-2.0
private import Foundation
internal import Host

/// A run as an in-toto statement with the predicate "test result" v0.1.
public enum Certificate {
    public static let statementType = "https://in-toto.io/Statement/v1"
    public static let predicateType = "https://in-toto.io/attestation/test-result/v0.1"
    static let payloadType = "application/vnd.in-toto+json"

    /// The statement as JSON text.
    public static func statement(_ report: Report) -> String { json(report).text }

    static func json(_ report: Report) -> JSONValue {
        let verdict = report.verdict
        let results = report.results
        func names(_ isIncluded: (Outcome) -> Bool) -> JSONValue {
            .array(results.filter { isIncluded($0.outcome) }.map { .string($0.check.id) })
        }
        let configuration: [JSONValue] = [
            .object([
                ("name", .string("ingot.h")),
                ("digest", .object([("sha256", .string(Kit.headerDigest))])),
            ])
        ]
        let predicate: JSONValue = .object([
            ("result", .string(verdict.isEarned ? "PASSED" : "FAILED")),
            ("configuration", .array(configuration)),
            ("passedTests", names { $0.kind == .pass }),
            ("warnedTests", names { $0.kind == .warn || $0.kind == .knownFail }),
            ("failedTests", names(\.isFailure)),
            ("ingot", details(report, verdict)),
        ])
        let subject: JSONValue = .object([
            ("name", .string(report.options.library.split(separator: "/").last.map(String.init) ?? "")),
            ("digest", .object([("sha256", .string(report.libraryDigest))])),
        ])
        return .object([
            ("_type", .string(statementType)), ("subject", .array([subject])),
            ("predicateType", .string(predicateType)), ("predicate", predicate),
        ])
    }

    private static func details(_ report: Report, _ verdict: Verdict) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("kit", .string(Kit.version)),
            ("header", .string(Kit.headerDigest)),
            ("finished", .string(Date().formatted(.iso8601))),
            ("target", .string(report.options.target.description)),
            ("seed", .number(JSONNumber(text: String(report.options.seed), value: Double(report.options.seed)))),
            ("fast", .bool(report.options.isFast)),
        ]
        if let plugin = report.plugin {
            members.append(
                (
                    "plugin",
                    .object([
                        ("id", .string(plugin.id)), ("name", .string(plugin.name)),
                        ("version", .string(plugin.version)), ("license", .string(plugin.license)),
                        ("extensions", .array(plugin.extensions.map { .string($0) })),
                    ])
                ))
        }
        members.append(("profile", verdict.claimed.map { .string($0) } ?? .null))
        members.append(("verdict", .string(verdict.isEarned ? "earned" : "denied")))
        members.append(("reasons", .array(verdict.reasons.map { .string($0) })))
        members.append(("profiles", .array(verdict.profiles.map(finding))))
        members.append(("interfaces", .array(verdict.interfaces.map(finding))))
        members.append(("checks", .array(report.results.map(check))))
        members.append(("latencies", latencies(report.results)))
        return .object(members)
    }

    private static func finding(_ finding: Verdict.Finding) -> JSONValue {
        .object([
            ("name", .string(finding.name)), ("earned", .bool(finding.isEarned)),
            ("reasons", .array(finding.reasons.map { .string($0) })),
        ])
    }

    private static func check(_ result: CheckResult) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("number", .number(result.check.number)), ("id", .string(result.check.id)),
            ("level", .string(result.check.level.rawValue)),
            ("interfaces", .array(result.check.interfaces.map { .string($0) })),
            ("outcome", .string(result.outcome.kind.rawValue)),
        ]
        if let reason = result.outcome.reason { members.append(("reason", .string(reason))) }
        if let seen = result.outcome.seen { members.append(("seen", .string(seen))) }
        if !result.outcome.notes.isEmpty {
            members.append(("notes", .array(result.outcome.notes.map { .string($0) })))
        }
        members.append(("seconds", .number(result.outcome.seconds)))
        return .object(members)
    }

    /// Median and 99th percentile in milliseconds of each operation, over the calls that answered OK.
    private static func latencies(_ results: [CheckResult]) -> JSONValue {
        var all: [String: [UInt64]] = [:]
        for result in results { all.merge(result.outcome.latencies) { $0 + $1 } }
        return .object(
            all.sorted { $0.key < $1.key }.map { name, values in
                let sorted = values.sorted()
                func percentile(_ share: Double) -> JSONValue {
                    .number(Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1e6)
                }
                return (
                    key: name,
                    value: .object([
                        ("calls", .number(sorted.count)), ("p50_ms", percentile(0.5)), ("p99_ms", percentile(0.99)),
                    ])
                )
            })
    }
}
