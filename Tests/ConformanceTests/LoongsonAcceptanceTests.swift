// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What the Loongson driver earns on machines with and without a BMC.
@Suite("Loongson acceptance", .serialized)
struct LoongsonAcceptanceTests {
    private static let library = URL(filePath: ZooLab.ingot).deletingLastPathComponent()
        .appending(path: "libingot-loongson.so").path
    private static var isBuilt: Bool { FileManager.default.fileExists(atPath: library) }
    private static let manifest = ZooLab.root + "/Plugins/Loongson/plugin.json.in"

    /// The configuration that docs/conformance.md gives for a board with PMON.
    private static var board: String {
        get throws {
            let page = try String(contentsOfFile: ZooLab.root + "/docs/conformance.md", encoding: .utf8)
            let blocks = page.components(separatedBy: "```")
            let block = try #require(blocks.first { $0.hasPrefix("json\n") && $0.contains(#""kind": "pmon""#) })
            return String(block.dropFirst(5))
        }
    }

    @Test(.enabled(if: isBuilt, "libingot-loongson.so was not built"))
    func aBoardWithoutABMC() throws {
        let lab = try ZooLab()
        let configuration = lab.directory + "/board.json"
        try Data(Self.board.utf8).write(to: URL(filePath: configuration))
        let judgement = try lab.judge(
            Self.library,
            ["--manifest", Self.manifest, "--target", "sim:loongson-pmon", "--config", configuration, "--jobs", "6"])
        #expect(!judgement.outcomes.values.contains { ["fail", "crash", "hang"].contains($0) }, "\(judgement.output)")
        for check in ["every-fault", "actions-work", "lost-answer", "ipv6", "cancelling", "fuzz"] {
            #expect(judgement.outcomes[check] == "pass", "\(check): \(judgement.output)")
        }
        for check in ["sensors", "event-order", "event-clear", "inventory", "boot-once"] {
            #expect(judgement.outcomes[check] == "not-applicable", "\(check)")
        }
        #expect(judgement.outcomes.values.count { $0 == "pass" } >= 44, "\(judgement.output)")
    }

    @Test(.enabled(if: isBuilt, "libingot-loongson.so was not built"))
    func aServerBehindTheBMC() throws {
        let judgement = try ZooLab().judge(
            Self.library,
            [
                "--manifest", Self.manifest, "--target", "sim:loongson-ls2k", "--profile", "provision", "--jobs", "6",
                "--fast",
            ])
        #expect(judgement.status == 0, "\(judgement.output)")
        #expect(judgement.verdict == "earned")
        #expect(judgement.outcomes["every-fault"] == "pass")
        #expect(judgement.outcomes.values.count { $0 == "pass" } >= 60, "\(judgement.output)")
    }
}
