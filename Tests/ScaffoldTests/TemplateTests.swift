// SPDX-License-Identifier: Apache-2.0
import Foundation
import Scaffold
import Testing

/// The templates as files, and what is written from them.
@Suite("Templates") struct TemplateTests {
    @Test(arguments: DriverLanguage.allCases)
    func theBinaryHoldsTheFilesOfTheTree(language: DriverLanguage) throws {
        let folder = URL(filePath: DriverLab.root).appending(path: "SDK/templates/\(language.rawValue)")
        let names = try Command.run("git ls-files -co --exclude-standard . | LC_ALL=C sort", in: folder.path)
            .split(separator: "\n").map(String.init)
        #expect(names == language.files.map(\.path), "run Tools/embed-templates.sh")
        for file in language.files {
            let text = try String(contentsOf: folder.appending(path: file.path), encoding: .utf8)
            #expect(text == file.text, "\(language) \(file.path): run Tools/embed-templates.sh")
        }
    }

    @Test(arguments: DriverLanguage.allCases)
    func nothingOfThePlaceholderIsLeft(language: DriverLanguage) throws {
        let scaffold = try DriverScaffold(
            name: "acme-bmc", id: "com.acme.bmc", vendor: "ACME & Sons", language: language)
        for file in scaffold.files {
            #expect(!file.text.localizedCaseInsensitiveContains("skeleton"), "\(file.path)")
            #expect(!file.text.contains("\u{1}"), "\(file.path)")
            #expect(file.text.hasSuffix("\n"), "\(file.path)")
        }
        let manifest = try #require(scaffold.files.first { $0.path == "plugin.json.in" }).text
        #expect(manifest.contains(#""id": "com.acme.bmc""#))
        #expect(manifest.contains(#""name": "acme-bmc""#))
        #expect(manifest.contains(#""vendor": "ACME & Sons""#))
    }

    @Test(arguments: DriverLanguage.allCases)
    func everySourceSaysThatItIsFree(language: DriverLanguage) throws {
        for file in language.files where file.path.contains(/\.(c|h|cpp|hpp|rs|swift|toml|yml|txt)$|Makefile/) {
            if file.path == "rustfmt.toml" { continue }
            #expect(file.text.prefix(120).contains("SPDX-License-Identifier: 0BSD"), "\(file.path)")
        }
        let manifest = try #require(language.files.first { $0.path == "plugin.json.in" }).text
        #expect(manifest.contains(#""license": "0BSD""#))
    }

    @Test(arguments: DriverLanguage.allCases)
    func theDriverIsShort(language: DriverLanguage) throws {
        let sources = language.files.filter { $0.path.hasPrefix("src/") || $0.path.hasPrefix("Sources/") }
        let driver = try #require(sources.first { $0.path.lowercased().contains("driver.") || $0.path == "src/lib.rs" })
        #expect(driver.text.split(separator: "\n", omittingEmptySubsequences: false).count - 1 <= 150)
    }

    @Test(arguments: [
        "", "a b", "A", "1a", "-a", "a-", "a--b", "../x", "a/b", "ä", "a.b", "a_b", String(repeating: "a", count: 41),
    ])
    func badNamesAreRefused(name: String) {
        #expect(throws: ScaffoldError.self) { try DriverScaffold(name: name, language: .c) }
    }

    @Test(arguments: ["", "acme", "com.", ".com", "com..acme", "com.Acme", "com.acme/x"])
    func badIdsAreRefused(id: String) {
        #expect(throws: ScaffoldError.self) { try DriverScaffold(name: "a", id: id, language: .c) }
    }

    @Test(arguments: ["", "a\"b", "a\\b", "a\nb", "Größe"])
    func badVendorsAreRefused(vendor: String) {
        #expect(throws: ScaffoldError.self) { try DriverScaffold(name: "a", vendor: vendor, language: .c) }
    }

    @Test func anExistingDirectoryIsLeftAlone() throws {
        let place = FileManager.default.temporaryDirectory.appending(path: "ingot-scaffold-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: place) }
        let scaffold = try DriverScaffold(name: "one", language: .c)
        try scaffold.write(to: place)
        let mark = place + "/src/driver.c"
        try "mine".write(toFile: mark, atomically: false, encoding: .utf8)
        let error = #expect(throws: ScaffoldError.self) { try scaffold.write(to: place) }
        #expect(error?.message.contains("exists already") == true)
        #expect(try String(contentsOfFile: mark, encoding: .utf8) == "mine")
    }
}
