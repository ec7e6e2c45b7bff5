// SPDX-License-Identifier: Apache-2.0
private import Foundation

/// What differs between two lists of JSON objects, member by member where two objects have the same `id`.
enum ListDifference {
    static func lines(_ key: String, _ before: [String], _ after: [String]) -> [String] {
        let gone = before.filter { !after.contains($0) }
        var new = after.filter { !before.contains($0) }
        guard !gone.isEmpty || !new.isEmpty else { return ["\(key): another order or number"] }
        var lines: [String] = []
        for text in gone {
            guard let old = object(text), let index = new.firstIndex(where: { matches(old, object($0)) }),
                let fresh = object(new[index])
            else {
                lines.append("\(key) gone: \(text)")
                continue
            }
            new.remove(at: index)
            let name = (old["id"] as? String).map { "\(key) \($0)" } ?? key
            lines += members(old, fresh, "").map { "\(name): \($0)" }
        }
        return lines + new.map { "\(key) new: \($0)" }
    }

    /// Two objects tell of the same thing when they have the same id, or neither has one.
    private static func matches(_ old: [String: Any], _ new: [String: Any]?) -> Bool {
        guard let new else { return false }
        return old["id"] as? String == new["id"] as? String && old["kind"] as? String == new["kind"] as? String
    }

    private static func object(_ text: String) -> [String: Any]? {
        try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    }

    private static func members(_ old: [String: Any], _ new: [String: Any], _ path: String) -> [String] {
        var lines: [String] = []
        for name in Set(old.keys).union(new.keys).sorted() {
            let place = path.isEmpty ? name : "\(path).\(name)"
            switch (old[name], new[name]) {
            case (let left as [String: Any], let right as [String: Any]): lines += members(left, right, place)
            case (let left?, nil): lines.append("\(place) gone: \(text(left))")
            case (nil, let right?): lines.append("\(place) new: \(text(right))")
            case (let left?, let right?) where text(left) != text(right):
                lines.append("\(place): \(text(left)) became \(text(right))")
            default: break
            }
        }
        return lines
    }

    private static func text(_ value: Any) -> String {
        let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? JSONSerialization.data(withJSONObject: value, options: options) else { return "?" }
        return String(decoding: data, as: UTF8.self)
    }
}
