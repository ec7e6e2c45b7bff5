// SPDX-License-Identifier: Apache-2.0

/// Which session sequence numbers are taken: each once, up to 15 behind the highest and 16 ahead (IPMI 2.0 section
/// 6.12.13).
struct SequenceWindow: Equatable {
    private(set) var highest: UInt32 = 0
    /// Bit n: highest − n was seen.
    private var seen: UInt16 = 1

    /// Whether a packet with this number counts; it is noted then.
    mutating func accept(_ number: UInt32) -> Bool {
        guard number != 0 else { return false }
        let ahead = number &- highest
        if ahead > 0, ahead <= 16 {
            seen = ahead < 16 ? seen << UInt16(ahead) | 1 : 1
            highest = number
            return true
        }
        let behind = highest &- number
        guard behind < 16, highest != 0, seen & 1 << UInt16(behind) == 0 else { return false }
        seen |= 1 << UInt16(behind)
        return true
    }
}
