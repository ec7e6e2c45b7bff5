// SPDX-License-Identifier: Apache-2.0

/// A device that firmware tries to boot from.
public enum BootDevice: String, Sendable, CaseIterable, Codable {
    /// The network interface, by PXE or UEFI HTTP boot.
    case network
    /// The disk.
    case disk
}

/// What the BMC asks the firmware to boot from: the word in the machine's `boot` file.
public enum BootOverride: String, Sendable, CaseIterable {
    /// No override: the firmware's own order.
    case none
    /// The network, for one boot.
    case pxe
    /// The disk, for every boot.
    case disk
    /// The CD drive; a simulated machine has none.
    case cdrom
    /// The firmware's setup screen.
    case bios
}
