// SPDX-License-Identifier: Apache-2.0

/// Writes a run as JUnit XML: a suite per group, skip reasons kept.
public enum JUnitWriter {
    public static func text(_ report: Report) -> String {
        let failures = report.results.count { $0.outcome.kind == .fail }
        let errors = report.results.count { $0.outcome.kind == .crash || $0.outcome.kind == .hang }
        let skips = report.results.count { isSkip($0.outcome) }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text += "<testsuites name=\"ingot driver check\" tests=\"\(report.results.count)\" failures=\"\(failures)\""
        text += " errors=\"\(errors)\" skipped=\"\(skips)\">\n"
        for group in Check.Group.allCases {
            let results = report.results.filter { $0.check.group == group }
            guard !results.isEmpty else { continue }
            text += suite(group, results, report)
        }
        return text + "</testsuites>\n"
    }

    private static func suite(_ group: Check.Group, _ results: [CheckResult], _ report: Report) -> String {
        let failures = results.count { $0.outcome.kind == .fail }
        let errors = results.count { $0.outcome.kind == .crash || $0.outcome.kind == .hang }
        let time = results.reduce(0) { $0 + $1.outcome.seconds }
        var text = "  <testsuite name=\"\(group.rawValue)\" tests=\"\(results.count)\" failures=\"\(failures)\""
        text += " errors=\"\(errors)\" skipped=\"\(results.count { isSkip($0.outcome) })\" time=\"\(seconds(time))\">\n"
        for result in results { text += testCase(result, report.plugin?.id ?? report.options.library) }
        return text + "  </testsuite>\n"
    }

    private static func testCase(_ result: CheckResult, _ plugin: String) -> String {
        let outcome = result.outcome
        var text = "    <testcase name=\"\(escape(result.check.id))\" classname=\"\(escape(plugin))\""
        text += " time=\"\(seconds(outcome.seconds))\">\n"
        switch outcome.kind {
        case .pass: break
        case .skip, .notApplicable, .knownFail:
            let prefix = outcome.kind == .skip ? "" : "\(outcome.kind.rawValue): "
            text += "      <skipped message=\"\(escape(prefix + (outcome.reason ?? "")))\"/>\n"
        case .fail: text += element("failure", result)
        case .crash, .hang: text += element("error", result)
        case .warn:
            text += "      <system-out>\(escape("warning: " + body(result)))</system-out>\n"
        }
        if let output = outcome.output { text += "      <system-err>\(escape(output))</system-err>\n" }
        return text + "    </testcase>\n"
    }

    private static func element(_ name: String, _ result: CheckResult) -> String {
        "      <\(name) type=\"\(result.outcome.kind.rawValue)\" message=\"\(escape(result.outcome.seen ?? ""))\">"
            + "\(escape(body(result)))</\(name)>\n"
    }

    private static func body(_ result: CheckResult) -> String {
        ([result.check.requirement]
            + [result.outcome.expected.map { "expected: \($0)" }, result.outcome.seen.map { "seen: \($0)" }].compactMap
        { $0 }
            + result.outcome.notes + ["reproduce: \(result.reproduction)"]).joined(separator: "\n")
    }

    private static func isSkip(_ outcome: Outcome) -> Bool {
        outcome.kind == .skip || outcome.kind == .notApplicable || outcome.kind == .knownFail
    }

    private static func seconds(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }

    /// Text for XML 1.0; characters XML cannot hold become U+FFFD.
    static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            default:
                let isAllowed = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
                result.unicodeScalars.append(isAllowed ? scalar : "\u{FFFD}")
            }
        }
        return result
    }
}
