// SPDX-License-Identifier: Apache-2.0
import CNetSNMP
import PluginKit

/// An SNMP object identifier in dotted decimal, such as `1.3.6.1.2.1.1.3.0` (RFC 3416); no names, so no MIB files.
public struct ObjectIdentifier: Sendable, Equatable, Hashable, CustomStringConvertible {
    /// The numbers, at least two and at most `limit`.
    public let parts: [UInt32]

    /// The most parts one may have.
    public static let limit = INGOT_SNMP_OID - 1

    /// Reads dotted decimal, with or without a leading dot; nil when it is not that, or out of the bounds of ASN.1.
    public init?(_ text: String) {
        let digits = text.hasPrefix(".") ? String(text.dropFirst()) : text
        guard let parts = Self.numbers(digits), parts.count >= 2, parts.count <= Self.limit, parts[0] <= 2,
            parts[0] == 2 || parts[1] < 40
        else { return nil }
        self.parts = parts
    }

    private init(parts: [UInt32]) { self.parts = parts }

    /// The identifier followed by an index; nil when it would be too long.
    public func appending(_ index: [UInt32]) -> ObjectIdentifier? {
        parts.count + index.count <= Self.limit ? ObjectIdentifier(parts: parts + index) : nil
    }

    public var description: String { parts.map(String.init).joined(separator: ".") }

    /// Numbers of 32 bits between dots, without signs, blanks and superfluous zeros.
    static func numbers(_ text: String) -> [UInt32]? {
        var parts: [UInt32] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), part == "0" || !part.hasPrefix("0"),
                let number = UInt32(part)
            else { return nil }
            parts.append(number)
        }
        return parts
    }
}
