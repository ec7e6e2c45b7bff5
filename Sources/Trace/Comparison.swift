// SPDX-License-Identifier: Apache-2.0
private import Foundation

/// What two recordings of the same calls have and have not in common.
public struct Comparison: Sendable {
    /// One call, and each thing that differs.
    public struct Row: Sendable, Equatable {
        public var title: String
        public var differences: [String]
    }

    public let rows: [Row]

    public var isSame: Bool { rows.allSatisfy(\.differences.isEmpty) }

    /// Compares call by call what came of it; what was said on the way is not looked at.
    /// - Parameter places: how the device's own address is written, which may differ.
    public init(_ left: [RecordedCall], _ right: [RecordedCall], places: [String] = []) {
        let places = places.filter { $0.count > 3 }.sorted { $0.count > $1.count }
        let left = left.filter(\.isReplayed)
        let right = right.filter(\.isReplayed)
        rows = (0..<max(left.count, right.count)).map { index in
            guard index < left.count else {
                return Row(title: right[index].title, differences: ["only in the second"])
            }
            guard index < right.count else { return Row(title: left[index].title, differences: ["only in the first"]) }
            return Row(title: left[index].title, differences: Self.differences(left[index], right[index], places))
        }
    }

    private static func differences(_ left: RecordedCall, _ right: RecordedCall, _ places: [String]) -> [String] {
        guard left.function == right.function, left.value == right.value, left.flags == right.flags else {
            return ["another call: \(right.title)"]
        }
        guard left.status == right.status else {
            return ["\(outcome(left)) became \(outcome(right))"]
        }
        var differences: [String] = []
        if left.out != right.out { differences.append("result \(left.out) became \(right.out)") }
        for key in Set((left.emitted + right.emitted).map(\.key)).sorted() {
            let before = left.emitted.filter { $0.key == key }.map { text($0.data, places) }
            let after = right.emitted.filter { $0.key == key }.map { text($0.data, places) }
            guard before != after else { continue }
            differences += ListDifference.lines(key, before, after)
        }
        return differences
    }

    private static func outcome(_ call: RecordedCall) -> String {
        call.message.isEmpty ? call.status : "\(call.status) (\(call.message))"
    }

    /// JSON in one spelling, so that the order of members and blanks make no difference.
    private static func text(_ blob: Blob, _ places: [String]) -> String {
        guard let bytes = blob.content else { return "a secret" }
        let text = canonical(bytes)
        return places.reduce(text) { $0.replacing($1, with: "<device>") }
    }

    private static func canonical(_ bytes: [UInt8]) -> String {
        guard let value = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed),
            let data = try? JSONSerialization.data(
                withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes])
        else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: data, as: UTF8.self)
    }
}
