// SPDX-License-Identifier: Apache-2.0

/// A family of machines that the operator brings a boot program for, by the name it has in the configuration.
///
/// x86 machines get iPXE, which Ingot brings itself.
public enum BootArchitecture: String, Sendable, CaseIterable {
    case arm64, loongarch32, loongarch64, mips32, mips64, riscv64

    /// The types of option 93 that its firmware sends (IANA table "Processor Architecture Types"): by TFTP, and by
    /// HTTP where the table has one.
    public var types: [ClientArchitecture] {
        switch self {
        case .arm64: [.init(rawValue: 0x000B), .init(rawValue: 0x0013)]
        case .loongarch32: [.init(rawValue: 0x0025), .init(rawValue: 0x0026)]
        case .loongarch64: [.init(rawValue: 0x0027), .init(rawValue: 0x0028)]
        case .mips32: [.init(rawValue: 0x0021)]
        case .mips64: [.init(rawValue: 0x0022)]
        case .riscv64: [.init(rawValue: 0x001B), .init(rawValue: 0x001C)]
        }
    }

    /// The family that sends this type.
    public init?(_ type: ClientArchitecture) {
        guard let family = Self.allCases.first(where: { $0.types.contains(type) }) else { return nil }
        self = family
    }
}
