// SPDX-License-Identifier: Apache-2.0

/// How firmware boots.
public enum BootMode: String, Sendable, CaseIterable {
    case uefi
    case legacy
}

/// What firmware may boot from.
public enum BootTarget: String, Sendable, CaseIterable {
    case none, pxe, disk, cd, setup, http, usb
    /// IPMI's diagnostic partition, safe-mode disk and floppy, which no driver of Ingot asks for.
    case diagnostic, safe, floppy
}

/// A boot override as a BMC keeps it.
public struct BootOverride: Sendable, Equatable {
    public var target: BootTarget
    /// Holds for every boot instead of the next one.
    public var persistent: Bool
    /// nil leaves the mode to the machine.
    public var mode: BootMode?
    /// Where UEFI HTTP boot goes, if it was told.
    public var uri: String?

    public init(_ target: BootTarget, persistent: Bool = false, mode: BootMode? = nil, uri: String? = nil) {
        self.target = target
        self.persistent = persistent
        self.mode = mode
        self.uri = uri
    }

    public static let none = BootOverride(.none)
}

/// One boot of a machine: what it took and why.
public struct BootRecord: Sendable, Equatable {
    public var at: Duration
    /// What was booted from.
    public var target: BootTarget
    public var mode: BootMode
    /// The override was the reason.
    public var byOverride: Bool

    public init(at: Duration, target: BootTarget, mode: BootMode, byOverride: Bool) {
        self.at = at
        self.target = target
        self.mode = mode
        self.byOverride = byOverride
    }
}
