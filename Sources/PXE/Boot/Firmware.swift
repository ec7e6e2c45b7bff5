// SPDX-License-Identifier: Apache-2.0

/// The two kinds of firmware that boot programs differ for.
public enum Firmware: String, Hashable, Sendable, Codable, CaseIterable {
    /// Legacy PC BIOS.
    case bios
    /// UEFI.
    case uefi
}
