// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Redfish

@Suite struct JSONTests {
    /// A value that is made from random numbers.
    private static func value(_ random: inout SystemRandomNumberGenerator, depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 4 ? 5 : 7), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(.random(in: .min ... .max, using: &random))
        case 3: return .number(Double.random(in: -1e9...1e9, using: &random) + 0.1)
        case 4: return .string(text(&random))
        case 5: return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in value(&random, depth: depth + 1) })
        default:
            return .object(
                (0..<Int.random(in: 0..<5, using: &random)).reduce(into: [:]) { members, _ in
                    members[text(&random)] = value(&random, depth: depth + 1)
                })
        }
    }

    private static func text(_ random: inout SystemRandomNumberGenerator) -> String {
        let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\u{1}", "ü", "€", "😀", "/", "\u{7F}", " ", "\0"]
        return (0..<Int.random(in: 0..<8, using: &random)).reduce(into: "") { text, _ in
            text.unicodeScalars.append(scalars.randomElement(using: &random) ?? "x")
        }
    }

    @Test func whatIsWrittenIsReadAgainByThisReaderAndByFoundation() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1_000 {
            let value = Self.value(&random, depth: 0)
            let text = Array(value.encoded.utf8)
            #expect(try JSONReader.read(text) == value)
            #expect(throws: Never.self) {
                try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
            }
        }
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":}", "{a:1}", "nul", "\"", "\"\\x\"", "\"\\u12\"", "01x", "1 2", "[1 2]", "{\"a\" 1}",
        "\"\n\"",
        "-", "1e999", "+1", "{\"a\":1,}", "'a'",
    ])
    func whatIsNoJSONIsRefused(text: String) {
        #expect(throws: JSONReader.Failure.self) { try JSONReader.read(Array(text.utf8)) }
    }

    @Test func depthAndNumberAreBounded() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONReader.Failure.self) { try JSONReader.read(Array(deep.utf8)) }
        let objects = String(repeating: "{\"a\":", count: 100_000)
        #expect(throws: JSONReader.Failure.self) { try JSONReader.read(Array(objects.utf8)) }
        let many = "[" + String(repeating: "1,", count: 500_000) + "1]"
        #expect(throws: JSONReader.Failure.self) { try JSONReader.read(Array(many.utf8)) }
        let nested = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(throws: Never.self) { try JSONReader.read(Array(nested.utf8)) }
    }

    @Test func halfSurrogatesBecomeReplacements() throws {
        #expect(try JSONReader.read(Array(#""\ud83d\ude00""#.utf8)) == "😀")
        #expect(try JSONReader.read(Array(#""\ud83dx\ude00\u0041""#.utf8)) == "\u{FFFD}x\u{FFFD}A")
        #expect(try JSONReader.read(Array(#""\ud83d\u0041""#.utf8)) == "\u{FFFD}A")
    }

    @Test func randomBytesNeverTrap() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array(#"{}[]",:\u0123456789eE+-.truefalsn "#.utf8) + [0xEF, 0xBB, 0xBF, 0xFF, 0x00]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0..<40)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            _ = try? JSONReader.read(bytes)
        }
    }
}
