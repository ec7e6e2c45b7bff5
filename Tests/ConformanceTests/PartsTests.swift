// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import Testing

@testable import Conformance

@Suite("ELF files")
struct ELFFileTests {
    @Test func symbolsAreThoseNmSees() throws {
        let lab = try ZooLab()
        let library = try lab.build([])
        let file = try ELFFile(Array(try Data(contentsOf: URL(filePath: library))))
        #expect(file.symbols.filter { $0.isExported }.map(\.name) == ["ingot_plugin_v1"])
        #expect(file.symbols.contains { $0.name == "poll" && $0.isImported })
        #expect(file.needed.contains { $0.hasPrefix("libc.so") })
    }

    @Test func brokenFilesAreRefusedOrRead() throws {
        let lab = try ZooLab()
        let bytes = Array(try Data(contentsOf: URL(filePath: try lab.build([]))))
        var random = SeededRandom(seed: 7, name: "elf")
        for round in 0..<3_000 {
            var broken = bytes
            if round % 3 == 0 { broken = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random))) }
            for _ in 0..<Int.random(in: 1...8, using: &random) where !broken.isEmpty {
                let limit = round % 2 == 0 ? min(broken.count, 1_024) : broken.count
                broken[Int.random(in: 0..<limit, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = try? ELFFile(broken)
        }
        // A name that begins beyond all memory: every DT_NEEDED (1) and DT_RUNPATH (29) points there.
        var far = bytes
        for at in stride(from: 0, to: far.count - 16, by: 8) where [1, 29].contains(far[at]) && far[at + 1] == 0 {
            far.replaceSubrange(at + 8..<at + 16, with: [UInt8](repeating: 0xFF, count: 7) + [0x7F])
            _ = try? ELFFile(far)
        }
        #expect(throws: ELFError.self) { try ELFFile([]) }
        #expect(throws: ELFError.self) { try ELFFile(Array("not an ELF file".utf8)) }
    }
}

@Suite("Checks as text")
struct ScriptTests {
    static let good = """
        # A vendor's own check.
        check vendor-cycle
        requirement The machine comes back after a cycle although answers are late.
        needs power
        hazard reboots
        start power=on
        fault latency:seconds=0.1
        do open
        mark
        do power.set cycle
        expect status=ok within=30s
        expect truth.power=on truth.power_offs=1 within=10s
        do power.get
        expect state=on
        do power.set 77
        expect status=unsupported error~action
        """

    @Test func aScriptIsRead() throws {
        let script = try CheckScript(Self.good)
        #expect(script.id == "vendor-cycle")
        #expect(script.steps.count == 10)
        #expect(script.steps[0].kind == .fault(["latency:seconds=0.1"]))
    }

    @Test(
        arguments: [
            ("do fly", "line 1"), ("check A", "line 1"), ("expect status", "line 1"), ("fault nonsense", "line 1"),
            ("wait soon", "line 1"), ("check a\nrequirement b", "nothing is expected"), ("", "check NAME"),
            ("check a\nrequirement b\nexpect mood=good", "line 3"), ("level maybe", "line 1"),
        ])
    func whatIsWrongIsNamed(_ text: String, _ problem: String) {
        do {
            _ = try CheckScript(text)
            Issue.record("it was read")
        } catch { #expect(error.description.contains(problem), "\(error)") }
    }

    @Test func aScriptJudgesADriver() throws {
        let lab = try ZooLab()
        let file = lab.directory + "/vendor.check"
        try Self.good.write(toFile: file, atomically: true, encoding: .utf8)
        let arguments = ["--target", "sim:line", "--script", file, "--only", "vendor-cycle"]
        let good = try lab.judge(try lab.build([]), arguments)
        #expect(good.outcomes["vendor-cycle"] == "pass", "\(good.output)")
        let bad = try lab.judge(try lab.build(["BAD_SENDS_UNDECLARED", "BAD_NO_MESSAGE"]), arguments)
        #expect(bad.outcomes["vendor-cycle"] == "fail")
        #expect(bad.output.contains("line 16"), "\(bad.output)")
    }
}
