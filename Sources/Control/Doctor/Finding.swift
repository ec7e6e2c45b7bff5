// SPDX-License-Identifier: Apache-2.0

/// One thing about a machine that an operator should know, and what to do about it.
public struct Finding: Sendable, Equatable, Codable {
    /// Worst first.
    public enum Severity: String, Sendable, Codable, CaseIterable {
        case critical, warning, info
    }

    /// Fixed word, such as `cipher-zero`.
    public var id: String
    public var severity: Severity
    public var message: String
    /// What mends it.
    public var remedy: String?
    /// The driver that found it; nil for what the server knows by itself.
    public var driver: String?
}

extension Finding {
    /// The most findings that are taken of one driver, and characters of one text.
    private static let most = 256
    private static let longest = 1_000

    /// The findings of a driver's reply to `audit` (docs/driver-json.md); what is not of that shape is left out.
    static func told(by driver: String, in reply: JSONValue) -> [Finding] {
        guard case .array(let elements) = reply["findings"] else { return [] }
        return elements.prefix(most).compactMap { element in
            guard let id = text(element["id"]), let message = text(element["message"]) else { return nil }
            let severity = element["severity"].text.flatMap(Severity.init) ?? .warning
            return Finding(
                id: id, severity: severity, message: message, remedy: text(element["remedy"]), driver: driver)
        }
    }

    private static func text(_ value: JSONValue) -> String? {
        guard case .string(let text) = value, !text.isEmpty else { return nil }
        return String(text.prefix(longest))
    }
}

extension Array where Element == Finding {
    /// The worst first; those equally bad stay in their order.
    var worstFirst: [Finding] { Finding.Severity.allCases.flatMap { severity in filter { $0.severity == severity } } }
}
