// SPDX-License-Identifier: Apache-2.0

/// The header of a gzip member (RFC 1952, section 2.3).
enum GzipHeader {
    /// Magic, method 8 (deflate) and no reserved flag.
    static func isValid(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 10 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8 && bytes[3] & 0xe0 == 0
    }
}

/// The header of a Zstandard frame (RFC 8878, section 3.1).
enum ZstdFrame {
    /// Magic and the longest frame header, in bytes.
    static let longestHeader = 18

    /// Magic, a header that is whole and no reserved bit.
    static func isValid(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 6, magic(bytes) == 0xfd2f_b528 else { return false }
        let descriptor = bytes[4]
        let singleSegment = descriptor & 0x20 != 0
        let contentSize = [singleSegment ? 1 : 0, 2, 4, 8][Int(descriptor >> 6)]
        let dictionary = [0, 1, 2, 4][Int(descriptor & 0x03)]
        return descriptor & 0x08 == 0 && bytes.count >= 5 + (singleSegment ? 0 : 1) + dictionary + contentSize
    }

    /// Length of the skippable frame that starts here, header included, or nil when none does.
    static func skippableLength(_ bytes: [UInt8]) -> UInt64? {
        guard bytes.count >= 8, magic(bytes) & 0xffff_fff0 == 0x184d_2a50 else { return nil }
        return 8 + UInt64(littleEndian32(bytes, at: 4))
    }

    private static func magic(_ bytes: [UInt8]) -> UInt32 { littleEndian32(bytes, at: 0) }

    private static func littleEndian32(_ bytes: [UInt8], at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << (8 * UInt32($1)) }
    }
}
