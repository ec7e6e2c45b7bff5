// SPDX-License-Identifier: Apache-2.0

/// Why a call into a plugin failed, in the terms of the plugin ABI.
public enum DriverStatus: Int32, Sendable, CaseIterable {
    /// Never possible on this driver or device.
    case unsupported = 1
    /// An argument or the configuration is wrong; the detail names the field.
    case invalid = 2
    /// The device refuses the credentials.
    case authentication = 3
    /// Signed in, but the privilege is too low.
    case forbidden = 4
    /// No route, connection refused, name unknown, TLS failure.
    case unreachable = 5
    /// The deadline passed.
    case timeout = 6
    /// Cancelled by the caller.
    case cancelled = 7
    /// The device has no session free, or is busy with itself.
    case busy = 8
    /// The device answered nonsense.
    case `protocol` = 9
    /// A sound request at the wrong moment.
    case state = 10
    /// A defect of the plugin or of its surroundings.
    case `internal` = 11

    /// The status for a code of the ABI; a code it does not define reads as `internal`.
    init(code: Int32) { self = DriverStatus(rawValue: code) ?? .internal }

    /// A stable name for logs and machine-readable output, such as `unreachable`.
    public var name: String { String(describing: self) }
}
