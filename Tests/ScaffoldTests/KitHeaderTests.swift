// SPDX-License-Identifier: Apache-2.0
import Foundation
import Scaffold
import Testing

/// The helpers of ingot-kit.h: they compile wherever a driver is written, and their JSON is JSON.
@Suite("ingot-kit.h", .enabled(if: DriverLab.has(.c), "make, pkg-config or cc is not installed"))
struct KitHeaderTests {
    private static let include = "-I '\(DriverLab.root)/Sources/PluginAPI/include' -I '\(DriverLab.root)/SDK/include'"

    @Test(arguments: [
        "gcc -x c -std=gnu11", "gcc -x c -std=gnu17", "clang -x c -std=gnu11", "clang -x c -std=gnu17",
        "g++ -x c++ -std=c++17", "g++ -x c++ -std=c++20", "clang++ -x c++ -std=c++17", "clang++ -x c++ -std=c++20",
    ])
    func compilesWithoutAWarning(compiler: String) throws {
        guard Command.exists(String(compiler.prefix { $0 != " " })) else { return }
        // Swift's own clang has no C++ library of its own; it takes that of g++ where there is one.
        if compiler.hasPrefix("clang++"), !Command.exists("g++") { return }
        try Command.run(
            "echo '#include <ingot-kit.h>' | \(compiler) -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-unused-function \(Self.include) -c -o /dev/null -"
        )
    }

    /// Reads cases of KEY and JSON, each ended by NUL, and writes what the functions make of them.
    private static let program = #"""
        #include <ingot-kit.h>
        int main(void) {
            char *key = NULL, *json = NULL, text[4096];
            size_t keySize = 0, jsonSize = 0;
            while (getdelim(&key, &keySize, 0, stdin) > 0 && getdelim(&json, &jsonSize, 0, stdin) > 0) {
                int64_t number = 0;
                printf("%d", ingot_json_integer(json, key, &number));
                printf(" %lld %d", (long long)number, ingot_json_has(json, key, "wanted"));
                int found = ingot_json_text(json, key, text, sizeof text);
                printf(" %d%c%s%c", found, 0, found ? text : "", 0);
                for (size_t room = 0; room < 40; room++) { /* too small buffers, for the sanitizer */
                    ingot_json_text(json, key, text, room);
                    ingot_json_quote(text, room, key);
                    ingot_json_words(text, room, key);
                }
                printf("%s%c", ingot_json_quote(text, sizeof text, key), 0);
                printf("%s%c", ingot_json_words(text, sizeof text, key), 0);
            }
            free(key);
            free(json);
            return 0;
        }
        """#

    private func run(_ cases: [(key: String, json: String)]) throws -> [[String]] {
        let place = FileManager.default.temporaryDirectory.appending(path: "ingot-kit-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        try Self.program.write(toFile: place + "/try.c", atomically: false, encoding: .utf8)
        try Command.run(
            "cc -std=gnu17 -D_GNU_SOURCE -g -fsanitize=address,undefined -fno-sanitize-recover \(Self.include) -o try try.c",
            in: place)
        let input = cases.map { "\($0.key)\0\($0.json)\0" }.joined()
        try Data(input.utf8).write(to: URL(filePath: place + "/input"))
        try Command.run("./try < input > output", in: place)
        let output = try Data(contentsOf: URL(filePath: place + "/output"))
        let parts = output.split(separator: 0, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        return stride(from: 0, to: parts.count - 1, by: 4).map { Array(parts[$0..<min($0 + 4, parts.count)]) }
    }

    @Test func membersOfAnyConfigurationAreFound() throws {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("aZ09 \"\\/{}[]:,\u{8}\t\né漢€")
        func text() -> String {
            String((0..<Int.random(in: 0...12)).compactMap { _ in alphabet.randomElement(using: &random) })
        }
        var cases: [(key: String, json: String)] = []
        var wanted: [(text: String, number: Int64, has: Bool)] = []
        for _ in 0..<300 {
            let entry = (text: text(), number: Int64.random(in: -9_000_000_000...9_000_000_000), has: Bool.random())
            let list = [text(), entry.has ? "wanted" : "unwanted", "", "wanted2"].shuffled()
            let object: [String: Any] = [
                "text": entry.text, "number": entry.number, "list": list, "other": "number", text() + "x": text(),
                "empty": "", "real": 1.5,
            ]
            let options: JSONSerialization.WritingOptions = Bool.random() ? [] : [.prettyPrinted]
            let json = String(
                decoding: try JSONSerialization.data(withJSONObject: object, options: options), as: UTF8.self)
            for key in ["text", "number", "list", "real", "absent"] { cases.append((key, json)) }
            wanted.append(entry)
        }
        let found = try run(cases)
        #expect(found.count == cases.count)
        for (index, entry) in wanted.enumerated() {
            let rows = found[(index * 5)..<(index * 5 + 5)].map { $0 }
            #expect(rows[0][0].hasSuffix(" 1") && rows[0][1] == entry.text, "\(cases[index * 5].json)")
            #expect(rows[1][0] == "1 \(entry.number) 0 0", "\(cases[index * 5].json)")
            #expect(rows[2][0] == "0 0 \(entry.has ? 1 : 0) 0", "\(cases[index * 5].json)")
            #expect(rows[3][0].hasPrefix("0 "), "\(cases[index * 5].json)")
            #expect(rows[4][0] == "0 0 0 0", "\(cases[index * 5].json)")
        }
    }

    @Test func whateverADeviceSaysBecomesJSON() throws {
        var texts = ["", "on,off", "\"", "\\", ",", ",,a,", "a\tb", "é漢", String(repeating: "\\\"", count: 2500)]
        for _ in 0..<200 {
            texts.append(String(decoding: (0..<40).map { _ in UInt8.random(in: 1...255) }, as: UTF8.self))
        }
        for (row, text) in zip(try run(texts.map { ($0, "{}") }), texts) {
            let quoted = try JSONSerialization.jsonObject(with: Data("[\(row[2])]".utf8)) as? [String]
            #expect(quoted?.count == 1)
            if text.utf8.count < 1000, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
                #expect(quoted == [text])
            }
            #expect(try JSONSerialization.jsonObject(with: Data(row[3].utf8)) is [String], "\(row[3])")
        }
    }

    @Test func brokenJSONIsNoConfiguration() throws {
        let broken = [
            "", "{", "{\"a\"", "{\"a\":", "{\"a\":\"", "{\"a\":\"x", "{\"a\":\"\\", "{\"a\":\"\\u", "{\"a\":\"\\u12\"}",
            "{\"a\":\"\\ud800\"}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\\q\"}", "{\"a\":[\"", "{\"a\":[\"wanted",
            "{\"a\":-}", "\"a", "\"a\"",
        ]
        for (row, json) in zip(try run(broken.map { ("a", $0) }), broken) { #expect(row[0] == "0 0 0 0", "\(json)") }
    }
}
