// SPDX-License-Identifier: Apache-2.0
internal import PluginAPI

/// The names people use for the numbers of the ABI.
enum Words {
    private static let statuses: [(Int32, String)] = [
        (INGOT_OK, "ok"), (INGOT_E_UNSUPPORTED, "unsupported"), (INGOT_E_INVALID, "invalid"), (INGOT_E_AUTH, "auth"),
        (INGOT_E_FORBIDDEN, "forbidden"), (INGOT_E_UNREACHABLE, "unreachable"), (INGOT_E_TIMEOUT, "timeout"),
        (INGOT_E_CANCELLED, "cancelled"), (INGOT_E_BUSY, "busy"), (INGOT_E_PROTOCOL, "protocol"),
        (INGOT_E_STATE, "state"), (INGOT_E_INTERNAL, "internal"),
    ]

    /// Such as `OK` or `UNREACHABLE`; a number that is no status is shown as it is.
    static func status(_ value: Int32) -> String {
        statuses.first { $0.0 == value }?.1.uppercased() ?? "status \(value), which the ABI does not know"
    }

    static func isStatus(_ value: Int32) -> Bool { statuses.contains { $0.0 == value } }

    /// The status of a name in any case.
    static func status(named name: String) -> Int32? { statuses.first { $0.1 == name.lowercased() }?.0 }

    static let actions: [(value: Int32, name: String)] = [
        (INGOT_DO_ON, "on"), (INGOT_DO_OFF, "off"), (INGOT_DO_SOFT_OFF, "soft-off"), (INGOT_DO_CYCLE, "cycle"),
        (INGOT_DO_RESET, "reset"), (INGOT_DO_NMI, "nmi"),
    ]

    static func action(_ value: Int32) -> String { actions.first { $0.value == value }?.name ?? "action \(value)" }

    static let targets: [(value: Int32, name: String)] = [
        (INGOT_BOOT_NONE, "none"), (INGOT_BOOT_PXE, "pxe"), (INGOT_BOOT_DISK, "disk"), (INGOT_BOOT_CD, "cd"),
        (INGOT_BOOT_SETUP, "setup"), (INGOT_BOOT_HTTP, "http"), (INGOT_BOOT_USB, "usb"),
    ]

    static func target(_ value: Int32) -> String { targets.first { $0.value == value }?.name ?? "target \(value)" }

    static func state(_ value: Int32) -> String {
        switch value {
        case INGOT_POWER_UNKNOWN: "unknown"
        case INGOT_POWER_OFF: "off"
        case INGOT_POWER_ON: "on"
        case INGOT_POWER_CHANGING: "changing"
        default: "state \(value)"
        }
    }

    static func bootFlags(_ flags: UInt32) -> String {
        var names: [String] = []
        if flags & UInt32(INGOT_BOOT_PERSISTENT) != 0 { names.append("persistent") }
        if flags & UInt32(INGOT_BOOT_UEFI) != 0 { names.append("uefi") }
        if flags & UInt32(INGOT_BOOT_LEGACY) != 0 { names.append("legacy") }
        return names.isEmpty ? "once" : names.joined(separator: "+")
    }
}

extension Duration {
    /// Seconds with their fraction.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    /// Such as `0.42 s`.
    var text: String {
        let hundredths = Int((inSeconds * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }
}
