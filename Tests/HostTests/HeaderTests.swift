// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginAPI
import Testing

/// Anybody's compiler takes the header, without a warning.
@Suite struct HeaderTests {
    private static let dialects: [(compiler: String, language: String, standard: String)] = [
        ("gcc", "c", "c11"), ("gcc", "c", "c17"), ("clang", "c", "c11"), ("clang", "c", "c17"),
        ("g++", "c++", "c++17"), ("g++", "c++", "c++20"), ("clang++", "c++", "c++17"), ("clang++", "c++", "c++20"),
    ]

    private static func find(_ compiler: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map { "\($0)/\(compiler)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    @Test func compilesInEveryDialect() throws {
        var tried = 0
        for dialect in Self.dialects {
            guard let compiler = Self.find(dialect.compiler) else { continue }
            let root = PluginLab.root
            // The layout's static asserts are C; a C++ compiler gets the header by itself.
            let source = dialect.language == "c" ? "layout.c" : "include/ingot.h"
            try PluginLab.run(
                compiler,
                [
                    "-x", dialect.language, "-std=\(dialect.standard)", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                    "-Wno-pragma-once-outside-header", "-fsyntax-only", "-I", root + "/Sources/PluginAPI/include",
                    root + "/Sources/PluginAPI/" + source,
                ])
            tried += 1
        }
        #expect(tried >= 4)
    }

    @Test func aMovedFieldStopsTheBuild() throws {
        let compiler = try #require(Self.find("cc"))
        let lab = try PluginLab()
        let header = try String(contentsOfFile: PluginLab.root + "/Sources/PluginAPI/include/ingot.h", encoding: .utf8)
        let old = "    uint32_t actions;"
        #expect(header.contains(old))
        try header.replacing(old, with: "    uint64_t actions;").write(
            toFile: lab.directory + "/ingot.h", atomically: true, encoding: .utf8)
        #expect(throws: PluginLab.Failure.self) {
            try PluginLab.run(
                compiler,
                ["-fsyntax-only", "-I", lab.directory, PluginLab.root + "/Sources/PluginAPI/layout.c"])
        }
    }

    @Test func swiftSeesTheSameLayout() {
        #expect(MemoryLayout<ingot_call>.size == 80)
        #expect(MemoryLayout<ingot_plugin>.size == 96)
        #expect(INGOT_OK == 0 && INGOT_E_INTERNAL == 11)
    }

    /// Every name of the header is explained in the documentation.
    @Test func everySymbolIsDocumented() throws {
        let header = try String(contentsOfFile: PluginLab.root + "/Sources/PluginAPI/include/ingot.h", encoding: .utf8)
        let page = try String(contentsOfFile: PluginLab.root + "/docs/plugin-abi.md", encoding: .utf8)
        var names: Set<String> = []
        for match in header.matches(of: /(?m)^#define (INGOT_[A-Z0-9_]+)/) { names.insert(String(match.1)) }
        for match in header.matches(of: /typedef struct (ingot_[a-z_0-9]+) \{/) { names.insert(String(match.1)) }
        for match in header.matches(of: /(?m)^    [a-z][a-z_0-9 *]*[ *]([a-z_0-9]+);/) {
            names.insert(String(match.1))
        }
        for match in header.matches(of: /\(\*([a-z_]+)\)\(/) { names.insert(String(match.1)) }
        names.remove("INGOT_H")
        #expect(names.count > 110)
        for name in names.sorted() {
            #expect(page.contains("`\(name)`") || page.contains("`\(name)("), "\(name) is not in docs/plugin-abi.md")
        }
    }
}
