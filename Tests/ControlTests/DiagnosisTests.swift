// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Testing

@testable import Control

/// What becomes of drivers' audits.
@Suite("Diagnosis")
struct DiagnosisTests {
    private func diagnose(_ json: String?, _ change: (inout Machine) -> Void = { _ in }) throws -> Diagnosis {
        var machine = try StoredMachineTests.machine()
        change(&machine)
        let answers = json.map { [AuditAnswer(driver: "d", json: $0)] } ?? []
        return Diagnosis(machine, reports: [], answers: answers)
    }

    @Test func theWorstComesFirst() throws {
        let diagnosis = try diagnose(
            #"""
            {"findings": [{"id": "a", "severity": "info", "message": "A"}, {"id": "b", "severity": "critical",
             "message": "B", "remedy": "mend"}, {"id": "c", "severity": "warning", "message": "C"}], "sol": true}
            """#)
        #expect(diagnosis.findings.map(\.id) == ["b", "c", "a"])
        #expect(diagnosis.findings.first?.remedy == "mend" && diagnosis.findings.first?.driver == "d")
        #expect(diagnosis.audits == ["d": .object(["sol": .bool(true)])])
    }

    @Test func whatADriverTellsIsBounded() throws {
        let many = (0..<1_000).map { #"{"id":"x\#($0)","message":"m","severity":"worst"}"# }.joined(separator: ",")
        let flood = try diagnose(#"{"findings":[\#(many)]}"#)
        #expect(flood.findings.count == 256 && flood.findings.allSatisfy { $0.severity == .warning })
        let long = try diagnose(
            #"{"findings":[{"id":"a","message":"\#(String(repeating: "z", count: 100_000))"}, 7, {"id":3}, null]}"#)
        #expect(long.findings.count == 1 && long.findings[0].message.count == 1_000)
    }

    @Test(arguments: ["", "[]", "{", "7", "{\"findings\": 7}", "\u{0}"])
    func nonsenseIsNoError(_ json: String) throws {
        let diagnosis = try diagnose(json)
        #expect(diagnosis.findings.allSatisfy { $0.id == "audit-garbled" } && diagnosis.findings.count <= 1)
    }

    @Test func whatTheServerKnowsIsTold() throws {
        let diagnosis = try diagnose(nil) { machine in
            machine.hold = true
            machine.bootVerdict = .lied
        }
        #expect(diagnosis.findings.map(\.id) == ["boot-lied", "held", "no-audit"])
    }
}
