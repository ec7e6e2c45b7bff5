// SPDX-License-Identifier: Apache-2.0

extension FixedWidthInteger where Self: UnsignedInteger {
    /// The number in bytes that come least significant first; bytes beyond the type's width are ignored.
    package init(littleEndianBytes bytes: ArraySlice<UInt8>) {
        self = 0
        var shift = 0
        for byte in bytes where shift < Self.bitWidth {
            self |= Self(truncatingIfNeeded: byte) << shift
            shift += 8
        }
    }

    /// Appends the number, least significant byte first.
    package func appendLittleEndian(to bytes: inout [UInt8]) {
        var rest = self
        for _ in 0..<(Self.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}
