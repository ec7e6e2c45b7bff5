// SPDX-License-Identifier: Apache-2.0
import Control

/// A machine's inventory as indented lines for people.
enum InventoryText {
    /// The lines; empty when nothing is known. Parts that are not understood are shown as JSON.
    static func lines(_ inventory: JSONValue) -> [String] {
        switch inventory {
        case .object(let members):
            return members.sorted { $0.key < $1.key }.flatMap { key, value in part(key, value) }
        case .array(let components):
            return components.map { "  " + item($0) }
        default:
            return []
        }
    }

    private static func part(_ key: String, _ value: JSONValue) -> [String] {
        let label = Terminal.printable(key)
        switch value {
        case .null: return []
        case .array(let items): return items.map { "  \(label): \(item($0))" }
        case .object: return ["  \(label): \(item(value))"]
        default: return ["  \(pair(key, value))"]
        }
    }

    private static func item(_ value: JSONValue) -> String {
        guard case .object(let members) = value else { return scalar(value) }
        return members.sorted { $0.key < $1.key }.filter { !$0.value.isNull }.map { pair($0.key, $0.value) }
            .joined(separator: ", ")
    }

    private static func pair(_ key: String, _ value: JSONValue) -> String {
        if key.hasSuffix("_bytes"), let bytes = value.whole {
            return "\(Terminal.printable(String(key.dropLast(6)))) \(Units.bytes(bytes))"
        }
        if key == "speed_mbps", let speed = value.whole { return "speed \(speed) Mbit/s" }
        return "\(Terminal.printable(key)) \(scalar(value))"
    }

    private static func scalar(_ value: JSONValue) -> String {
        Terminal.printable(value.text ?? value.rendered(indented: false))
    }
}
