// SPDX-License-Identifier: Apache-2.0

/// A kernel as small as one can be, which the firmware loads and starts: for machines without an emulator.
public enum StandInKernel {
    /// An ELF program of 64 bits for little-endian MIPS with one segment of sixteen zeros (System V ABI, chapter 4).
    public static let bytes: [UInt8] = {
        var file = [UInt8](repeating: 0, count: 64 + 56 + 16)
        func put(_ value: UInt64, _ at: Int, _ octets: Int) {
            for index in 0..<octets { file[at + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8)) }
        }
        file.replaceSubrange(0..<7, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1])
        put(2, 16, 2)
        put(8, 18, 2)
        put(0xFFFF_FFFF_8020_0000, 24, 8)
        put(64, 32, 8)
        put(56, 54, 2)
        put(1, 56, 2)
        put(1, 64, 4)
        put(120, 72, 8)
        put(0xFFFF_FFFF_8020_0000, 80, 8)
        put(16, 96, 8)
        put(32, 104, 8)
        return file
    }()
}
