// SPDX-License-Identifier: Apache-2.0

/// A processor architecture type of option 93 (RFC 4578 and the IANA table "Processor Architecture Types").
public struct ClientArchitecture: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public var rawValue: UInt16

    /// Makes an architecture from its number.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// 0x0000, "x86 BIOS".
    public static let x86BIOS = Self(rawValue: 0x0000)
    /// 0x0007, "x64 UEFI".
    public static let x64UEFI = Self(rawValue: 0x0007)
    /// 0x0009, "EBC" in the table; firmware of x64 machines sends it too.
    public static let ebc = Self(rawValue: 0x0009)
    /// 0x0010, "x64 uefi boot from http".
    public static let x64UEFIHTTP = Self(rawValue: 0x0010)

    /// True for the types whose firmware is UEFI.
    public var isUEFI: Bool {
        switch rawValue {
        case 0x0002, 0x0006...0x000B, 0x000F...0x0013, 0x0019...0x001E, 0x0021...0x0028: true
        default: false
        }
    }

    /// True for the types whose firmware loads its boot program from a URL.
    public var isHTTP: Bool {
        switch rawValue {
        case 0x000F...0x0014, 0x0017, 0x0018, 0x001A, 0x001C, 0x001E, 0x0026, 0x0028: true
        default: false
        }
    }

    /// The name in the IANA table, or nil for a number that is not in it.
    public var name: String? {
        Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : nil
    }

    private static let names = [
        "x86 BIOS", "NEC/PC98 (DEPRECATED)", "Itanium", "DEC Alpha (DEPRECATED)", "Arc x86 (DEPRECATED)",
        "Intel Lean Client (DEPRECATED)", "x86 UEFI", "x64 UEFI", "EFI Xscale (DEPRECATED)", "EBC", "ARM 32-bit UEFI",
        "ARM 64-bit UEFI", "PowerPC Open Firmware", "PowerPC ePAPR", "POWER OPAL v3", "x86 uefi boot from http",
        "x64 uefi boot from http", "ebc boot from http", "arm uefi 32 boot from http", "arm uefi 64 boot from http",
        "pc/at bios boot from http", "arm 32 uboot", "arm 64 uboot", "arm uboot 32 boot from http",
        "arm uboot 64 boot from http", "RISC-V 32-bit UEFI", "RISC-V 32-bit UEFI boot from http", "RISC-V 64-bit UEFI",
        "RISC-V 64-bit UEFI boot from http", "RISC-V 128-bit UEFI", "RISC-V 128-bit UEFI boot from http",
        "s390 Basic", "s390 Extended", "MIPS 32-bit UEFI", "MIPS 64-bit UEFI", "Sunway 32-bit UEFI",
        "Sunway 64-bit UEFI", "LoongArch 32-bit UEFI", "LoongArch 32-bit UEFI boot from http",
        "LoongArch 64-bit UEFI", "LoongArch 64-bit UEFI boot from http", "arm rpiboot",
    ]
}

extension ClientArchitecture: CustomStringConvertible {
    /// The number in hexadecimal and its name.
    public var description: String {
        "\(Hexadecimal.word(rawValue)) (\(name ?? "not in the IANA table"))"
    }
}
