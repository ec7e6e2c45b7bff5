// SPDX-License-Identifier: Apache-2.0
private import PluginAPI

/// Where a machine boots from. Numbers are those of the plugin ABI.
public enum BootTarget: Int32, Sendable, Hashable, CaseIterable, Codable {
    /// No override: the firmware's own order.
    case none = 0
    case pxe = 1
    case disk = 2
    case cd = 3
    /// Firmware setup.
    case setup = 4
    case http = 5
    case usb = 6

    public var name: String { String(describing: self) }

    public init?(name: String) {
        guard let target = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = target
    }
}

/// How the firmware boots.
public enum BootMode: String, Sendable, Hashable, CaseIterable, Codable {
    case uefi
    case legacy
}

/// A boot override: the target, for how long, and in which mode.
public struct BootSetting: Sendable, Hashable, Codable {
    public var target: BootTarget
    /// Holds for every boot; otherwise for the next one only.
    public var persistent: Bool
    /// nil leaves the mode to the device, or says that the device does not tell.
    public var mode: BootMode?

    public init(target: BootTarget, persistent: Bool = false, mode: BootMode? = nil) {
        self.target = target
        self.persistent = persistent
        self.mode = mode
    }

    /// The flags of the ABI.
    var flags: UInt32 {
        var flags: UInt32 = persistent ? INGOT_BOOT_PERSISTENT : 0
        switch mode {
        case .uefi: flags |= INGOT_BOOT_UEFI
        case .legacy: flags |= INGOT_BOOT_LEGACY
        case nil: break
        }
        return flags
    }

    /// Reads what a driver answered; a target or a pair of modes it cannot mean reads as none.
    init(target: Int32, flags: UInt32) {
        self.target = BootTarget(rawValue: target) ?? .none
        persistent = flags & INGOT_BOOT_PERSISTENT != 0
        switch (flags & INGOT_BOOT_UEFI != 0, flags & INGOT_BOOT_LEGACY != 0) {
        case (true, false): mode = .uefi
        case (false, true): mode = .legacy
        default: mode = nil
        }
    }
}
