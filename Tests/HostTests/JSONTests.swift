// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Host

/// The host's own JSON reader, which is strict and bounded.
@Suite struct JSONTests {
    @Test(arguments: [
        #"{"a":[1,-2.5e3,true,null,"x"],"b":{}}"#, "0", "-0", "1E+2", #""""#, "[]",
        #""\u0001\"\\\n\r\t""#, #""é😀""#,
    ])
    func textComesBack(text: String) throws {
        #expect(try JSONParser.parse(text).text == text)
    }

    @Test func escapes() throws {
        #expect(try JSONParser.parse(#""\u00e9\ud83d\ude00\/\b\f""#).string == "é😀/\u{8}\u{C}")
    }

    @Test(
        arguments: [
            ("", "no value at byte 0"), ("{", "no member name at byte 1"), ("[1,]", "no value at byte 3"),
            ("[1 2]", "array does not end at byte 3"), (#"{"a":1,"a":2}"#, #"member "a" occurs twice at byte 10"#),
            ("01", "something after the value at byte 1"), ("1.", "no value at byte 2"), ("tru", "no value at byte 0"),
            ("1e999", "number out of range at byte 5"), (#""a"#, "string does not end at byte 2"),
            (#""\ud800""#, "half of a surrogate pair at byte 7"),
            (#""\ud800\u0041""#, "half of a surrogate pair at byte 13"),
            (#""\x""#, "unknown escape at byte 3"), ("\"\u{1}\"", "control character in a string at byte 2"),
            ("{} {}", "something after the value at byte 3"), ("NaN", "no value at byte 0"),
        ] as [(String, String)])
    func faults(text: String, expected: String) {
        do throws(JSONError) {
            _ = try JSONParser.parse(text)
            Issue.record("\(text) was taken")
        } catch { #expect(error.description == expected) }
    }

    @Test func depthAndSizeAreBounded() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError(problem: "nested deeper than 64", offset: 64)) { try JSONParser.parse(deep) }
        #expect(throws: JSONError.self) { try JSONParser.parse([UInt8](repeating: 0x20, count: 5 << 20)) }
        #expect(throws: JSONError(problem: "not UTF-8", offset: 0)) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
    }

    /// Whatever is taken of small random texts, Foundation takes too (it also takes some that are no JSON).
    @Test func takesNoMoreThanFoundation() {
        let pieces = ["{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "1", "-2.5", "true", "null", " ", "\"\\u0041\""]
        var accepted = 0
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1...9)).map { _ in pieces.randomElement() ?? "" }.joined()
            guard (try? JSONParser.parse(text)) != nil else { continue }
            let other = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            #expect(other != nil, "\(text)")
            accepted += 1
        }
        #expect(accepted > 100)
    }
}
