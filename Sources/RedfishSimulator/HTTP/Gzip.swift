// SPDX-License-Identifier: Apache-2.0

/// The gzip format (RFC 1952), with stored blocks only: the encoding matters here, not the size.
enum Gzip {
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(0xFFFF)
            rest = rest.dropFirst(0xFFFF)
            out.append(rest.isEmpty ? 1 : 0)
            let length = UInt16(block.count)
            for word in [length, ~length] {
                out.append(UInt8(truncatingIfNeeded: word))
                out.append(UInt8(truncatingIfNeeded: word >> 8))
            }
            out.append(contentsOf: block)
        } while !rest.isEmpty
        for word in [crc32(bytes), UInt32(truncatingIfNeeded: bytes.count)] {
            for shift in [UInt32(0), 8, 16, 24] { out.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return out
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { word, _ in word & 1 == 1 ? 0xEDB8_8320 ^ word >> 1 : word >> 1 }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { word, byte in
            table[Int(UInt8(truncatingIfNeeded: word) ^ byte)] ^ word >> 8
        }
    }
}
