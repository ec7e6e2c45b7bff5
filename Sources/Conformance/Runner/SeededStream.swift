// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

/// Random numbers by seed and name.
struct SeededStream: RandomNumberGenerator, Sendable {
    private var random: SeededRandom

    init(seed: UInt64, name: String) {
        var salt: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { salt = (salt ^ UInt64(byte)) &* 0x100_0000_01B3 }
        random = SeededRandom(seed: seed ^ salt)
    }

    mutating func next() -> UInt64 { random.next() }
}
