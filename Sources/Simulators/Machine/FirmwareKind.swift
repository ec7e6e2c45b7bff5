// SPDX-License-Identifier: Apache-2.0
public import PXE

/// The firmware of a simulated machine, as DHCP option 93 tells it.
public enum FirmwareKind: String, Sendable, CaseIterable, Codable {
    /// Legacy PC BIOS with PXE.
    case bios
    /// x86-64 UEFI with PXE.
    case uefi
    /// x86-64 UEFI with HTTP boot.
    case uefiHTTP = "uefi-http"

    /// The processor architecture type of option 93.
    public var architecture: ClientArchitecture {
        switch self {
        case .bios: .x86BIOS
        case .uefi: .x64UEFI
        case .uefiHTTP: .x64UEFIHTTP
        }
    }

    /// The firmware as boot programs and the agent tell it apart.
    public var kind: Firmware { self == .bios ? .bios : .uefi }
}
