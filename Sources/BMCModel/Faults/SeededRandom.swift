// SPDX-License-Identifier: Apache-2.0

/// Random numbers that are the same for the same seed on every machine (SplitMix64).
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// A stream of its own for each name under one seed.
    public init(seed: UInt64, name: String) { state = seed ^ UInt64.fnv1a(name.utf8) }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// 0 up to, not including, 1.
    public mutating func fraction() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

    /// True as often as the rate says.
    public mutating func happens(_ rate: Double) -> Bool { rate >= 1 || rate > 0 && fraction() < rate }
}

extension UInt64 {
    /// A hash that is the same on every machine and in every run (FNV-1a, 64 bits). Not against adversaries.
    package static func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
