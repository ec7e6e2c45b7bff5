// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import IPMISimulator
import Testing

/// docs/simulators.md says what the code does.
struct DocumentationTests {
    private func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/simulators.md"), encoding: .utf8)
    }

    private func number(_ value: Double) -> String { value == value.rounded() ? String(Int(value)) : String(value) }

    @Test func everyFaultHasItsRow() throws {
        let rows = FaultKind.all.map { kind in
            let arguments = kind.parameters.map { "`\($0.name)=\(number($0.standard))` \($0.meaning)" }
            return "| `\(kind.name)` | \(kind.scope.rawValue) | \(kind.summary) | "
                + "\(arguments.joined(separator: "; ")) | \(kind.origin) |"
        }
        let page = try page()
        let missing = rows.filter { !page.contains($0) }
        #expect(missing.isEmpty, "docs/simulators.md lacks:\n\(missing.joined(separator: "\n"))")
        let shown = page.split(separator: "\n").count { line in
            FaultKind.Scope.allCases.contains { line.hasPrefix("| `") && line.contains("` | \($0.rawValue) | ") }
        }
        #expect(shown == FaultKind.all.count, "a row of a fault that is not there")
    }

    @Test func everyBehaviourOfIPMIHasItsRow() throws {
        let page = try page()
        for behaviour in Behaviour.allCases {
            #expect(page.contains("| `\(behaviour.rawValue)` | \(behaviour.summary) |"), "\(behaviour)")
        }
    }

    @Test func everyProfileOfIPMIIsNamed() throws {
        let page = try page()
        for profile in IPMIProfile.all { #expect(page.contains("`\(profile.name)`"), "\(profile.name)") }
    }
}
