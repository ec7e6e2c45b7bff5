// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import Conformance

@Suite("Catalogue of checks")
struct CatalogueTests {
    @Test func idsAndNumbersAreUnique() {
        let checks = CheckTable.all
        #expect(Set(checks.map(\.id)).count == checks.count)
        #expect(Set(checks.map(\.number)).count == checks.count)
        for check in checks {
            #expect(check.id.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil, "\(check.id)")
            #expect(check.requirement.hasSuffix("."), "\(check.id)")
        }
    }

    @Test func everyRequirementOfTheListHasItsCheck() {
        let numbers = Set(CheckTable.all.map(\.number))
        #expect((1...72).filter { !numbers.contains($0) } == [])
    }

    /// The table of docs/conformance.md is the table of the code.
    @Test func theDocumentedTableIsTheTableOfTheCode() throws {
        let text = try String(contentsOfFile: ZooLab.root + "/docs/conformance.md", encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.wholeMatch(of: /\| \d+ \| `.*/) != nil }.map(String.init)
        let expected = CheckTable.all.map { check in
            "| \(check.number) | `\(check.id)` | \(check.level.rawValue) | "
                + "\(check.interfaces.isEmpty ? "–" : check.interfaces.joined(separator: ", ")) | \(check.requirement) |"
        }
        #expect(rows == expected, "regenerate it with `ingot driver check --list --markdown`")
    }

    @Test func theDigestIsThatOfTheHeader() throws {
        let header = try Data(contentsOf: URL(filePath: ZooLab.root + "/Sources/PluginAPI/include/ingot.h"))
        let digest = SHA256.hash(data: header).map { String(format: "%02x", $0) }.joined()
        #expect(Kit.headerDigest == digest, "Sources/Conformance/Kit.swift names another header")
    }

    @Test func profilesGrow() {
        let basic = CheckTable.all.filter { Profile.basic.covers($0) }
        let provision = CheckTable.all.filter { Profile.provision.covers($0) }
        let lifecycle = CheckTable.all.filter { Profile.lifecycle.covers($0) }
        #expect(basic.count > 40)
        #expect(Set(basic.map(\.id)).isStrictSubset(of: provision.map(\.id)))
        #expect(Set(provision.map(\.id)).isStrictSubset(of: lifecycle.map(\.id)))
        let without = CheckTable.all.filter { Profile.lifecycle.covers($0, without: ["firmware"]) }
        #expect(!without.contains { $0.interfaces.contains("firmware") })
        #expect(without.contains { $0.interfaces.contains("sensors") })
    }
}
