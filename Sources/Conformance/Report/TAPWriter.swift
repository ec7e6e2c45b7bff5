// SPDX-License-Identifier: Apache-2.0

/// Writes results as TAP version 14.
public struct TAPWriter: Sendable {
    private var number = 0

    public init() {}

    /// The first lines.
    public func head(_ count: Int) -> String { "TAP version 14\n1..\(count)\n" }

    /// The lines of one result.
    public mutating func lines(_ result: CheckResult) -> String {
        number += 1
        let outcome = result.outcome
        let description = "\(number) - \(result.check.id)"
        var text: String
        switch outcome.kind {
        case .pass: text = "ok \(description)\n"
        case .skip: text = "ok \(description) # SKIP \(Self.line(outcome.reason ?? ""))\n"
        case .notApplicable: text = "ok \(description) # SKIP not applicable: \(Self.line(outcome.reason ?? ""))\n"
        case .fail, .crash, .hang: text = "not ok \(description)\n"
        case .warn: text = "not ok \(description) # TODO \(result.check.level == .should ? "SHOULD" : "warning")\n"
        case .knownFail: text = "not ok \(description) # TODO known: \(Self.line(outcome.reason ?? ""))\n"
        }
        guard outcome.kind != .pass, outcome.kind != .notApplicable else { return text }
        text += "  ---\n"
        text += "  check: \(result.check.number)\n"
        text += "  level: \(result.check.level.rawValue)\n"
        text += "  outcome: \(outcome.kind.rawValue)\n"
        text += "  requirement: \(Self.scalar(result.check.requirement))\n"
        if let expected = outcome.expected { text += "  expected: \(Self.scalar(expected))\n" }
        if let seen = outcome.seen { text += "  seen: \(Self.scalar(seen))\n" }
        if !outcome.notes.isEmpty {
            text += "  notes:\n" + outcome.notes.map { "    - \(Self.scalar($0))\n" }.joined()
        }
        if let output = outcome.output {
            text += "  output: |\n"
            text += output.split(separator: "\n", omittingEmptySubsequences: false).suffix(20)
                .map { "    \(Self.printable(String($0)))\n" }.joined()
        }
        text += "  reproduce: \(Self.scalar(result.reproduction))\n"
        text += "  ...\n"
        return text
    }

    /// The verdict as comments.
    public func verdict(_ report: Report) -> String {
        var counts: [Outcome.Kind: Int] = [:]
        for result in report.results { counts[result.outcome.kind, default: 0] += 1 }
        let summary = Outcome.Kind.allCases.compactMap { kind in counts[kind].map { "\($0) \(kind.rawValue)" } }
        var text = "# \(summary.joined(separator: ", "))\n"
        let verdict = report.verdict
        for finding in verdict.interfaces {
            text += "# interface \(finding.name): \(finding.isEarned ? "earned" : "not earned")\(Self.why(finding))\n"
        }
        for finding in verdict.profiles {
            text += "# profile \(finding.name): \(finding.isEarned ? "EARNED" : "denied")\(Self.why(finding))\n"
        }
        return text
    }

    private static func why(_ finding: Verdict.Finding) -> String {
        guard !finding.isEarned else { return "" }
        let shown = finding.reasons.prefix(6).map(line)
        let more = finding.reasons.count > 6 ? "; and \(finding.reasons.count - 6) more" : ""
        return ": " + (shown.isEmpty ? "no check was made" : shown.joined(separator: "; ")) + more
    }

    /// A double-quoted YAML scalar.
    private static func scalar(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars.prefix(4_000) {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(isPrintable(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return quoted + "\""
    }

    private static func line(_ text: String) -> String { printable(text).replacing("#", with: "\\#") }

    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(1_000).map { isPrintable($0) ? $0 : " " }))
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && scalar.value != 0x7F && !(0x80...0x9F).contains(scalar.value)
    }
}
