// SPDX-License-Identifier: Apache-2.0

/// Reads foreign bytes from front to back; nil when they have run out.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= remaining else { return nil }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// Little-endian.
    mutating func word() -> UInt16? {
        guard let low = byte(), let high = byte() else { return nil }
        return UInt16(high) << 8 | UInt16(low)
    }

    /// Little-endian.
    mutating func double() -> UInt32? {
        guard let low = word(), let high = word() else { return nil }
        return UInt32(high) << 16 | UInt32(low)
    }

    /// All that is left.
    mutating func rest() -> [UInt8] { bytes(remaining) ?? [] }
}

extension UInt16 {
    /// Little-endian.
    var wire: [UInt8] { [UInt8(truncatingIfNeeded: self), UInt8(truncatingIfNeeded: self >> 8)] }
}

extension UInt32 {
    /// Little-endian.
    var wire: [UInt8] { UInt16(truncatingIfNeeded: self).wire + UInt16(truncatingIfNeeded: self >> 16).wire }
}

extension Sequence<UInt8> {
    /// The byte that makes the sum zero (IPMI 2.0 section 13.8).
    var checksum: UInt8 { 0 &- reduce(0, &+) }

    /// Filled with zeros, or cut, to this length.
    func padded(to count: Int) -> [UInt8] {
        let bytes = Array(prefix(count))
        return bytes + [UInt8](repeating: 0, count: count - bytes.count)
    }
}
