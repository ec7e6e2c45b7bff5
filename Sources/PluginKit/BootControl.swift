// SPDX-License-Identifier: Apache-2.0

/// Where a machine is told to start from; the numbers are those of `INGOT_BOOT_*`.
public enum BootTarget: Int32, Sendable, CaseIterable {
    /// No override: the firmware's own order.
    case none = 0
    case pxe = 1
    case disk = 2
    case cd = 3
    case setup = 4
    case http = 5
    case usb = 6
}

/// The kind of firmware boot an override asks for.
public enum BootFirmware: String, Sendable, CaseIterable {
    case uefi
    case legacy
}

/// A boot override as it is asked for or read back.
public struct BootSetting: Sendable, Equatable {
    /// Where to start from.
    public var target: BootTarget
    /// For every boot, not the next one only.
    public var persistent: Bool
    /// UEFI or legacy; nil leaves it to the driver.
    public var firmware: BootFirmware?

    /// Describes an override.
    public init(target: BootTarget, persistent: Bool = false, firmware: BootFirmware? = nil) {
        self.target = target
        self.persistent = persistent
        self.firmware = firmware
    }
}

/// A device whose boot override can be read and set (`ingot.boot/1`).
public protocol BootControl: DriverDevice {
    /// The targets the driver knows; others are refused before they reach the device.
    static var bootTargets: [BootTarget] { get }

    /// Reads the override the device keeps.
    func bootSetting(_ call: borrowing Call) throws(PluginError) -> BootSetting

    /// Sets the override; `protocol` when the device acknowledges it and keeps another target.
    func setBoot(_ setting: BootSetting, _ call: borrowing Call) throws(PluginError)
}
