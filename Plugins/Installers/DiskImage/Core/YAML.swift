// SPDX-License-Identifier: Apache-2.0

/// The one encoder of YAML (1.2.2, block style). Every string is a double-quoted ASCII scalar (section 7.3.1), so no value
/// can end its own scalar, start another member or be read as another type.
enum YAML {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case sequence([YAML])
    case mapping([(key: String, value: YAML)])

    /// The document's text, ending in a newline.
    var document: String { lines.joined(separator: "\n") + "\n" }

    private var lines: [String] {
        switch self {
        case .sequence(let items) where !items.isEmpty:
            items.flatMap { Self.nest($0.lines, first: "- ") }
        case .mapping(let members) where !members.isEmpty:
            members.flatMap { key, value in
                value.isBlock
                    ? [Self.quote(key) + ":"] + value.lines.map { "  " + $0 }
                    : [Self.quote(key) + ": " + value.scalar]
            }
        default: [scalar]
        }
    }

    private var isBlock: Bool {
        switch self {
        case .sequence(let items): !items.isEmpty
        case .mapping(let members): !members.isEmpty
        default: false
        }
    }

    private var scalar: String {
        switch self {
        case .string(let text): Self.quote(text)
        case .integer(let number): String(number)
        case .boolean(let truth): truth ? "true" : "false"
        case .sequence: "[]"
        case .mapping: "{}"
        }
    }

    private static func nest(_ lines: [String], first: String) -> [String] {
        lines.enumerated().map { ($0.offset == 0 ? first : "  ") + $0.element }
    }

    private static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case " "..."~": quoted.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                let (mark, width) = scalar.value <= 0xff ? ("\\x", 2) : scalar.value <= 0xffff ? ("\\u", 4) : ("\\U", 8)
                quoted += mark + String(repeating: "0", count: width - digits.utf8.count) + digits
            }
        }
        return quoted + "\""
    }
}
