// SPDX-License-Identifier: Apache-2.0
import Control
import Yams

extension JSONValue {
    /// The value as a YAML document, keys sorted, without a final newline.
    func renderedYAML() -> String {
        guard let text = try? Yams.serialize(node: node, allowUnicode: true, sortKeys: true) else { return "" }
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    private var node: Node {
        switch self {
        case .null: Node("null", Tag(.null))
        case .bool(let value): Node(value ? "true" : "false", Tag(.bool))
        case .integer(let value): Node(String(value), Tag(.int))
        case .number(let value): Node(String(value), Tag(.float))
        case .string(let value): Self.scalar(value)
        case .array(let values): Node(values.map(\.node), Tag(.seq))
        case .object(let members):
            Node(members.sorted { $0.key < $1.key }.map { (Self.scalar($0.key), $0.value.node) }, Tag(.map))
        }
    }

    /// Quotes a string that YAML would otherwise read as something else, such as `on` or `017`.
    private static func scalar(_ text: String) -> Node {
        let plain = Node(text, Tag(.implicit))
        let readsAsText = Resolver.default.resolveTag(of: plain) == .str
        if text.contains("\n") { return Node(text, Tag(.str), .literal) }
        return Node(text, Tag(.str), readsAsText && !text.isEmpty ? .any : .doubleQuoted)
    }
}
