// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// A text that is one of a set: it is decoded from a JSON string and checked on the way in.
///
/// A refusal names the member by its place in the request.
protocol CheckedText: Decodable, Equatable, Sendable {
    var text: String { get }

    /// Keeps the text, or says in a few words what it must be; it follows the member's name.
    init(checking text: String) throws(Refusal)
}

/// Why a value is refused, such as `is not an IP address`.
struct Refusal: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
}

extension CheckedText {
    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do throws(Refusal) {
            self = try Self(checking: text)
        } catch {
            throw PluginError.invalid(field: decoder.codingPath.fieldName, error.reason)
        }
    }
}

extension [any CodingKey] {
    /// The member's place in the request, such as `networks[0].address`.
    var fieldName: String {
        reduce(into: "") { name, key in
            if let index = key.intValue {
                name += "[\(index)]"
            } else {
                name += (name.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }
}

extension Unicode.Scalar {
    var isASCIILetterOrDigit: Bool {
        ("a"..."z").contains(self) || ("A"..."Z").contains(self) || ("0"..."9").contains(self)
    }

    /// Printable ASCII without the space.
    var isVisibleASCII: Bool { ("!"..."~").contains(self) }
}
