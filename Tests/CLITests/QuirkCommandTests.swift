// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Testing

@testable import ingot

/// `ingot quirks`, and the table in the documentation.
struct QuirkCommandTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func theDocumentedTableIsThatOfTheRows() throws {
        let book = try QuirkLibrary.load(builtIn: Self.root.appending(path: "quirks").path, site: [])
        let document = try String(contentsOf: Self.root.appending(path: "docs/quirks.md"), encoding: .utf8)
        #expect(
            document.contains(QuirksList.markdown(book.rows)),
            "docs/quirks.md is behind: put `ingot quirks list --markdown` into it")
    }

    @Test func theRowsAreFoundBesideTheBuild() async throws {
        let list = try await Binary.run(["quirks", "list", "-o", "json"])
        #expect(list.status == 0, "\(list.error)")
        #expect(list.output.contains("dell-idrac10-boot-settings"))
        let match = try await Binary.run([
            "quirks", "match", "--vendor", "HPE", "--model", "ProLiant DL360 Gen9", "--firmware", "iLO 4 v2.82",
        ])
        #expect(match.output.contains("no_boot_mode"))
        #expect(try await Binary.run(["quirks", "match"]).status == CommandExit.usage.rawValue)
    }

    @Test func checkNamesThePlace() async throws {
        let file = try TemporaryFile("rows:\n  - id: x\n    quirk: A\n")
        let bad = try await Binary.run(["quirks", "check", file.path])
        #expect(bad.status == CommandExit.refused.rawValue)
        #expect(bad.error.contains("\(file.path): row x: \"quirk\" is not in snake_case"))
        #expect(bad.error.contains("\(file.path): row x: \"match\" is missing"))
        let good = try await Binary.run(["quirks", "check", Self.root.appending(path: "quirks").path])
        #expect(good.status == 0)
        #expect(good.output.hasSuffix("rows: sound\n"))
    }

    @Test func aSiteRowIsAddedAndWins() async throws {
        let file = try TemporaryFile(
            """
            rows:
              - id: site-r670
                driver: dev.ingot.redfish
                quirk: accept_identity
                apply: false
                match: {model: "*R670"}
                summary: Fixed here
                source: site/notes/r670
                simulator: none
            """)
        let match = try await Binary.run([
            "quirks", "match", "--vendor", "Dell Inc.", "--model", "PowerEdge R670", "--directory", file.path,
        ])
        #expect(match.output.contains("no: site-r670"), "\(match.output)\(match.error)")
    }
}
