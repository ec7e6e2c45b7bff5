// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import Testing

@testable import RedfishSimulator

@Suite struct JSONTests {
    /// Random values, bounded in depth.
    static func random(_ random: inout SeededRandom, depth: Int = 0) -> JSON {
        func text() -> String {
            let pieces = ["a", "é", "\"", "\\", "\n", "\u{1F680}", "\u{0}", "/", " ", "}"]
            return (0..<Int(random.next() % 6)).map { _ in pieces[Int(random.next() % 10)] }.joined()
        }
        switch random.next() % (depth < 4 ? 8 : 6) {
        case 0: return .null
        case 1: return .bool(random.next() % 2 == 0)
        case 2: return .integer(Int64(bitPattern: random.next()))
        case 3: return .number(Double(Int64(bitPattern: random.next()) >> 20) / 1024 + 0.5)
        case 4, 5: return .string(text())
        case 6: return .array((0..<Int(random.next() % 4)).map { _ in Self.random(&random, depth: depth + 1) })
        default:
            return .object(
                (0..<Int(random.next() % 4)).map { index in
                    JSON.Member(name: "\(index)" + text(), value: Self.random(&random, depth: depth + 1))
                })
        }
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2000 {
            let value = Self.random(&random)
            #expect(try JSON(parsing: value.bytes) == value)
        }
    }

    @Test func foundationReadsTheSame() throws {
        var random = SeededRandom(seed: 2)
        for _ in 0..<500 {
            let value: JSON = ["value": Self.random(&random)]
            let theirs = try JSONSerialization.jsonObject(with: Data(value.bytes))
            let rewritten = try JSONSerialization.data(withJSONObject: theirs, options: [.sortedKeys])
            let again = try JSONSerialization.data(
                withJSONObject: JSONSerialization.jsonObject(with: Data(JSON(parsing: Array(rewritten)).bytes)),
                options: [.sortedKeys])
            #expect(again == rewritten)
        }
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "nul", "01", "1.", "1e", "-", "\"\\x\"", "\"\\ud800\"", "\"\u{1}\"",
        "{} {}", "{\"a\":1,\"a\":2}", "[1 2]", "'a'", "1e999", String(repeating: "[", count: 100_000),
        "\"\\u12G4\"", "{\"a\":1", "+1", "NaN", "[\"",
    ])
    func whatIsNoJSONIsRefused(_ text: String) {
        #expect(throws: JSON.ParseError.self) { try JSON(parsing: Array(text.utf8)) }
    }

    @Test func damagedTextsNeverTrap() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<20_000 {
            var bytes = Self.random(&random).bytes
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? JSON(parsing: bytes)
        }
    }

    @Test func timesAreWrittenAndReadAlike() {
        #expect(Calendar.text(0) == "1970-01-01T00:00:00Z")
        #expect(Calendar.text(951_782_400) == "2000-02-29T00:00:00Z")
        #expect(Calendar.text(1_767_225_599) == "2025-12-31T23:59:59Z")
        #expect(Calendar.seconds("2026-03-01T12:00:00+02:00") == Calendar.seconds("2026-03-01T10:00:00Z"))
        #expect(Calendar.seconds("yesterday") == nil)
        let formatter = ISO8601DateFormatter()
        var random = SeededRandom(seed: 4)
        for _ in 0..<2000 {
            let seconds = Int64(random.next() % 4_000_000_000)
            let text = Calendar.text(seconds)
            #expect(Calendar.seconds(text) == seconds)
            #expect(formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds))) == text)
        }
    }
}
