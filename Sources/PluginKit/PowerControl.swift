// SPDX-License-Identifier: Apache-2.0

/// Whether a machine has power; the numbers are those of `INGOT_POWER_*`.
public enum PowerState: Int32, Sendable, CaseIterable {
    case unknown = 0
    case off = 1
    case on = 2
    case changing = 3
}

/// What to do with a machine's power; the numbers are those of `INGOT_DO_*`.
public enum PowerAction: Int32, Sendable, CaseIterable {
    case on = 1
    case off = 2
    case softOff = 3
    case cycle = 4
    case reset = 5
    case nmi = 6

    /// The word for it in JSON.
    public var name: String { self == .softOff ? "soft-off" : "\(self)" }
}

/// A device whose power can be read and switched (`ingot.power/1`).
public protocol PowerControl: DriverDevice {
    /// The actions the driver knows; others are refused before they reach the device.
    static var powerActions: [PowerAction] { get }

    /// Reads the real state.
    func powerState(_ call: borrowing Call) throws(PluginError) -> PowerState

    /// Carries the action out; on and off succeed when already there.
    func setPower(_ action: PowerAction, _ call: borrowing Call) throws(PluginError)
}
