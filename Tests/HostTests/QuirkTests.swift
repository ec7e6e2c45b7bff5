// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Host

/// Quirk rows: patterns, versions, choosing, and files.
@Suite struct QuirkTests {
    @Test(
        arguments: [
            ("Dell*", "Dell Inc.", true), ("dell*", "DELL", true), ("Dell", "Dell Inc.", false), ("*", "", true),
            ("?", "", false), ("PowerEdge R?40", "poweredge r640", true), ("*R640*", "PowerEdge R640 (x)", true),
            ("a*b*c", "a--b--b--c", true), ("a*b*c", "a--c--b", false), ("**x", "yyx", true), ("", "", true),
            ("", "x", false), ("*LTE*ß", "Café ALTE STRAßE ß", true),
        ])
    func globs(pattern: String, text: String, fits: Bool) {
        #expect(Glob(pattern).matches(text) == fits)
    }

    /// Against a matcher that is obviously right.
    @Test func globsAgreeWithRegex() throws {
        var random = SystemRandomNumberGenerator()
        let letters = Array("ab*?")
        for _ in 0..<2_000 {
            let pattern = String(
                (0..<Int.random(in: 0...6, using: &random)).map { _ in letters.randomElement() ?? "a" })
            let text = String((0..<Int.random(in: 0...8, using: &random)).map { _ in letters[Int.random(in: 0...1)] })
            let regex = try Regex(pattern.map { $0 == "*" ? ".*" : $0 == "?" ? "." : String($0) }.joined())
            #expect(Glob(pattern).matches(text) == (text.wholeMatch(of: regex) != nil), "\(pattern) on \(text)")
        }
        // Many stars do not take for ever.
        #expect(!Glob(String(repeating: "a*", count: 40) + "b").matches(String(repeating: "a", count: 2_000)))
    }

    @Test(
        arguments: [
            ("4.40.00.00", "4.40.0.0"), ("iLO 5 v2.44", "2.44"), ("1.73.06", "1.73.6"), ("7", "7"), ("v12", "12"),
            ("CDI3A4E-8.02 20240101", "8.2"), ("2.9.0-rc4.1", "2.9.0"), ("x1..2", "1"), ("U8 v1.2.", "1.2"),
            ("99999999999999999999999.1", "1152921504606846975.1"),
        ])
    func versionsAreFound(text: String, expected: String) {
        #expect(FirmwareVersion(text)?.description == expected)
    }

    @Test func versionsCompareAsNumbers() throws {
        let sorted = ["1.9", "1.10", "1.73.06", "iLO 5 v2.44", "2.100", "4.40.00.00", "4.40.00.01", "10.0"]
        let versions = try sorted.map { try #require(FirmwareVersion($0)) }
        for (index, version) in versions.enumerated() {
            for (other, second) in versions.enumerated() {
                #expect((version < second) == (index < other))
                #expect((version == second) == (index == other))
            }
        }
        #expect(FirmwareVersion("1.0") == FirmwareVersion("v1"))
        #expect(FirmwareVersion("none") == nil)
        #expect(FirmwareVersion("") == nil)
    }

    @Test(
        arguments: [
            (">=4.40, <5.10", "4.40.00.00", true), (">=4.40, <5.10", "5.10.00.00", false),
            (">=4.40, <5.10", "4.39.9", false), ("<=2.44", "iLO 5 v2.44", true), (">2.44", "iLO 5 v2.44", false),
            ("1.73.06", "1.73.6", true), ("=1.73.06", "1.73.07", false),
        ])
    func ranges(range: String, version: String, contains: Bool) throws {
        let range = try #require(FirmwareRange(range))
        #expect(range.contains(try #require(FirmwareVersion(version))) == contains)
    }

    @Test(arguments: ["", ">=", "new", "1.0,", ">1 <2", "~1.0,x", ">=1.0,,<2"])
    func badRanges(text: String) {
        #expect(FirmwareRange(text) == nil)
    }

    // MARK: Choosing

    private func row(
        _ id: String, _ quirk: String, vendor: String? = nil, model: String? = nil, firmware: String? = nil,
        apply: Bool = true, excludes: [String] = [], site: Bool = false
    ) -> QuirkRow {
        QuirkRow(
            id: id, driver: "d", quirk: quirk, vendor: vendor.map { [Glob($0)] } ?? [],
            model: model.map { [Glob($0)] } ?? [], firmware: firmware.flatMap(FirmwareRange.init), apply: apply,
            excludes: excludes, summary: "because of \(id)", source: "x/y", simulator: quirk, isSiteRow: site)
    }

    private let dell = Capabilities.Identity(vendor: "Dell Inc.", model: "PowerEdge R640", firmware: "4.40.00.00")

    private func used(_ rows: [QuirkRow], _ identity: Capabilities.Identity? = nil) throws -> [String] {
        try QuirkBook(rows).matches(driver: "d", identity: identity ?? dell)
            .filter { $0.overruledBy == nil && $0.row.apply }.map(\.row.id).sorted()
    }

    @Test func rowsMatchByAllTheyName() throws {
        let rows = [
            row("v", "a", vendor: "Dell*"), row("m", "b", model: "PowerEdge*"),
            row("f", "c", vendor: "Dell*", firmware: ">=5"),
            row("g", "e", vendor: "Dell*", firmware: "<5"), row("x", "f", vendor: "HPE"),
        ]
        #expect(try used(rows) == ["g", "m", "v"])
        #expect(try used(rows, .init(vendor: "Dell Inc.")) == ["v"])
        #expect(try used(rows, .init()) == [])
        #expect(try QuirkBook(rows).matches(driver: "other", identity: dell) == [])
    }

    @Test func theMoreSpecialRowDecides() throws {
        let broad = row("a-broad", "q", vendor: "Dell*")
        #expect(try used([broad, row("b", "q", model: "*R640*", apply: false)]) == [])
        #expect(try used([broad, row("b", "q", vendor: "Dell*", firmware: ">=4", apply: false)]) == [])
        #expect(try used([broad, row("b", "q", vendor: "Dell Inc*", apply: false)]) == [])
        // As special, and the one says no.
        #expect(try used([broad, row("b", "q", vendor: "Dell*", apply: false)]) == [])
        #expect(
            try used([row("a", "q", model: "PowerEdge R640"), row("b", "q", model: "PowerEdge*", apply: false)]) == [
                "a"
            ])
        // A site knows its machines.
        #expect(
            try used([
                row("a", "q", model: "PowerEdge R640", firmware: ">4"),
                row("s", "q", vendor: "*l*", apply: false, site: true),
            ])
                == [])
        // Two rows that agree: one is used, the other is no contradiction.
        #expect(try used([broad, row("b", "q", model: "PowerEdge*")]) == ["b"])
    }

    @Test func quirksThatExcludeEachOther() throws {
        let never = row("never", "never", vendor: "Dell*", excludes: ["always"])
        let always = row("always", "always", model: "PowerEdge R640")
        #expect(try used([never, always]) == ["always"])
        let book = try QuirkBook([never, always])
        let choice = QuirkChoice(
            matches: book.matches(driver: "d", identity: dell), configured: [], override: .init(),
            known: ["never", "always"])
        #expect(choice.names == ["always"])
        #expect(choice.quirks.last?.state == .overruled)
        #expect(choice.quirks.last?.reason == "row always says otherwise")
    }

    @Test func theOperatorHasTheLastWord() throws {
        let book = try QuirkBook([
            row("r1", "a", vendor: "Dell*"), row("r2", "b", vendor: "Dell*"), row("r3", "z", vendor: "Dell*"),
        ])
        let choice = QuirkChoice(
            matches: book.matches(driver: "d", identity: dell), configured: ["c"],
            override: QuirkOverride(add: ["e", "nope"], remove: ["b"]), known: ["a", "b", "c", "e"])
        #expect(choice.names == ["a", "c", "e"])
        let states = Dictionary(uniqueKeysWithValues: choice.quirks.map { ($0.quirk, $0.state) })
        #expect(
            states == ["a": .applied, "b": .removed, "c": .applied, "e": .applied, "nope": .unknown, "z": .unknown])
        #expect(choice.quirks.first { $0.quirk == "a" }?.row == "r1")
        #expect(choice.quirks.first { $0.quirk == "a" }?.reason == "because of r1")
    }

    @Test func oneIdOneRow() {
        var second = row("r", "b", vendor: "x")
        second.file = "two.yaml"
        #expect { try QuirkBook([row("r", "a", vendor: "x"), second]) } throws: {
            "\($0)".contains("two.yaml: row r: \"id\" is also the id of a row")
        }
    }

    // MARK: Files

    private static let good = """
        # A comment
        rows:
          - id: dell-a
            driver: dev.ingot.redfish
            quirk: accept_identity
            match: {vendor: "Dell*", model: ["PowerEdge *", "*R640*"], firmware: ">=4.40, <5.10"}
            summary: it's odd
            source: https://example.com/1
            simulator: accept_identity
            excludes: [no_accept_identity]
        """

    @Test func aGoodFile() throws {
        let (rows, errors) = QuirkFile.read(Self.good, file: "dell.yaml", isSiteRow: true)
        #expect(errors == [])
        let row = try #require(rows.first)
        #expect(row.matches(dell))
        #expect(row.match == "Dell*, PowerEdge * or *R640*, firmware >=4.40, <5.10")
        #expect(row.excludes == ["no_accept_identity"])
        #expect(row.isSiteRow && row.apply && row.file == "dell.yaml")
    }

    @Test(
        arguments: [
            ("id: dell-a", "id: Dell A", "f.yaml: row Dell A: \"id\" has other characters"),
            ("    driver: dev.ingot.redfish\n", "", "f.yaml: row dell-a: \"driver\" is missing"),
            ("quirk: accept_identity", "quirk: AcceptIdentity", "row dell-a: \"quirk\" is not in snake_case"),
            ("summary: it's odd", "summary: [1]", "row dell-a: \"summary\" is not one line"),
            ("summary: it's odd", "sumary: it's odd", "row dell-a: \"sumary\" is no such member"),
            ("source: https://example.com/1", "source: hearsay", "\"source\" is neither a URL nor"),
            (
                "vendor: \"Dell*\", model: [\"PowerEdge *\", \"*R640*\"]", "vendor: \"*\"",
                "\"match\" would fit every machine"
            ),
            ("firmware: \">=4.40, <5.10\"", "firmware: new", "\"match.firmware\" is not like"),
            ("vendor: \"Dell*\"", "maker: \"Dell*\"", "\"match.maker\" is no such member"),
            ("match: {vendor", "match: &m {vendor", "f.yaml line 6 has an anchor or alias"),
            ("summary: it's odd", "summary: *dell", "f.yaml line 7 has an anchor or alias"),
            ("rows:\n", "rows: 7\nmore:\n", "f.yaml: \"rows\" is missing or not a list"),
            ("rows:\n", "rows: [\n", "f.yaml is not YAML"),
            ("excludes: [no_accept_identity]", "apply: maybe", "\"apply\" is not true or false"),
        ])
    func badFilesNameThePlace(part: String, instead: String, message: String) {
        #expect(Self.good.contains(part))
        let (_, errors) = QuirkFile.read(
            Self.good.replacingOccurrences(of: part, with: instead), file: "f.yaml")
        #expect(errors.contains { "\($0)".contains(message) }, "\(errors)")
    }

    @Test func allThatIsWrongIsTold() {
        let (rows, errors) = QuirkFile.read("rows:\n  - id: a\n  - 7\n" + Self.good.dropFirst(18), file: "f")
        #expect(rows.map(\.id) == ["dell-a"])
        #expect(errors.count > 5)
        #expect(errors.contains { $0.row == "#2" && $0.problem == "is not a mapping" })
    }

    @Test func hostileFilesAreRefusedBeforeTheyAreBuilt() {
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
        for (name, before) in zip("bcdefghij", "abcdefghi") {
            bomb += "\(name): &\(name) [" + (0..<9).map { _ in "*\(before)" }.joined(separator: ",") + "]\n"
        }
        #expect(QuirkFile.read(bomb + "rows: *j\n", file: "f").errors.first?.problem.contains("anchor") == true)
        let deep = "rows: " + String(repeating: "[", count: 100_000)
        #expect(QuirkFile.read(deep, file: "f").errors.count == 1)
        let block = "rows: \n" + String(repeating: "- ", count: 100_000)
        #expect(QuirkFile.read(block, file: "f").errors.count == 1)
        let wide = "rows: [" + String(repeating: "x,", count: 60_000) + "]"
        #expect(QuirkFile.read(wide, file: "f").errors.count == 1)
        #expect(QuirkFile.read(String(repeating: "#", count: 1 << 19), file: "f").errors.count == 1)
        for text in ["", "---\n---\n", "\u{FEFF}", "\0", "rows: {? [a] : b}", "rows: [{}]", "- 7"] {
            #expect(!QuirkFile.read(text, file: "f").errors.isEmpty)
        }
    }

    @Test(arguments: [
        "*x", "a: *x", "a: [*x]", "{a:*x}", "a: !!map &x {}", "\"k\":*x", "- *x", "\t&x", "? *x", "a,*x", "\r\n*x",
    ])
    func aliasesAreFound(text: String) {
        #expect(YAMLAliases.line(in: text) != nil)
    }

    @Test(arguments: ["Dell*", "\"*Dell*\"", "R&D", "a & b", "a * b", "\"PowerEdge *\"", "'*'", "x: \"*\""])
    func patternsAreNoAliases(text: String) {
        #expect(YAMLAliases.line(in: text) == nil)
    }
}
