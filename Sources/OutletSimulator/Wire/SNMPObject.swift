// SPDX-License-Identifier: Apache-2.0

/// An object identifier by its numbers, in the order in which an agent is walked (RFC 3416 section 4.2.2).
public struct SNMPObject: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The most numbers one may have (RFC 2578 section 3.5).
    static let limit = 128

    public let parts: [UInt32]

    init(_ parts: [UInt32]) { self.parts = parts }

    /// Dotted decimal of this program's own; anything else in it is left out.
    init(_ text: String) { parts = text.split(separator: ".").compactMap { UInt32($0) } }

    func appending(_ index: [UInt32]) -> SNMPObject { SNMPObject(parts + index) }

    public static func < (one: SNMPObject, other: SNMPObject) -> Bool {
        one.parts.lexicographicallyPrecedes(other.parts)
    }

    public var description: String { parts.map(String.init).joined(separator: ".") }
}
