// SPDX-License-Identifier: Apache-2.0

/// The options of a DHCP packet, in order, each code at most once (split options are joined, RFC 3396).
public struct DHCPOptions: Sendable {
    private(set) var entries: [Entry] = []

    struct Entry: Sendable {
        var code: DHCPOptionCode
        var data: ArraySlice<UInt8>
    }

    /// Makes an empty list.
    public init() {}

    /// The codes that are there, in order.
    public var codes: [DHCPOptionCode] { entries.map(\.code) }

    /// The octets of an option; nil when it is not there. Setting nil removes it.
    public subscript(code: DHCPOptionCode) -> ArraySlice<UInt8>? {
        get {
            for entry in entries where entry.code == code { return entry.data }
            return nil
        }
        set {
            let index = entries.firstIndex { $0.code == code }
            switch (index, newValue) {
            case (let index?, let data?): entries[index].data = data
            case (let index?, nil): entries.remove(at: index)
            case (nil, let data?): entries.append(Entry(code: code, data: data))
            case (nil, nil): break
            }
        }
    }

    /// True when the option is there.
    public func contains(_ code: DHCPOptionCode) -> Bool { entries.contains { $0.code == code } }

    mutating func append(_ code: DHCPOptionCode, _ data: ArraySlice<UInt8>, seen: inout OptionSet256) {
        if seen.insert(code.rawValue) {
            entries.append(Entry(code: code, data: data))
        } else if let index = entries.firstIndex(where: { $0.code == code }) {
            entries[index].data = ArraySlice(Array(entries[index].data) + data)
        }
    }
}

extension DHCPOptions: Equatable {
    public static func == (left: DHCPOptions, right: DHCPOptions) -> Bool {
        left.entries.elementsEqual(right.entries) { $0.code == $1.code && $0.data.elementsEqual($1.data) }
    }
}

/// A set of octets in 32 bytes.
struct OptionSet256 {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Adds an octet; false when it was there before.
    mutating func insert(_ value: UInt8) -> Bool {
        let bit: UInt64 = 1 << UInt64(value & 63)
        switch value >> 6 {
        case 0: return Self.set(bit, in: &words.0)
        case 1: return Self.set(bit, in: &words.1)
        case 2: return Self.set(bit, in: &words.2)
        default: return Self.set(bit, in: &words.3)
        }
    }

    private static func set(_ bit: UInt64, in word: inout UInt64) -> Bool {
        defer { word |= bit }
        return word & bit == 0
    }
}
