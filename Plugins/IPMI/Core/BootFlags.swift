// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// Boot option parameter 5, boot flags (IPMI 2.0, table 28-14).
struct BootFlags: Equatable {
    /// The number of the parameter.
    static let parameter: UInt8 = 5
    /// The number of the parameter that says when the BMC clears the valid bit.
    static let clearing: UInt8 = 3
    /// Its bit for: not after 60 seconds without a power action.
    static let keepWithoutAction: UInt8 = 0x08

    var valid: Bool
    var persistent: Bool
    var uefi: Bool
    /// Four bits.
    var selector: UInt8
    /// The other bits, which are not Ingot's: locks in the second byte, and the third and fourth byte.
    var others: [UInt8] = [0, 0, 0]

    /// Those bits of the second byte that belong to nobody's override: keyboard, screen and reset button. The bit that
    /// clears the CMOS is never kept.
    private static let locks: UInt8 = 0x43

    /// What to send for a setting, or nil when the specification has no selector for its target. `present` is what the BMC
    /// has: bits that are not part of the setting stay as they are.
    init?(_ setting: BootSetting, over present: BootFlags? = nil, uefiDisk24: Bool = false) {
        guard let selector = Self.selector(of: setting.target) else { return nil }
        valid = true
        persistent = setting.persistent
        uefi = setting.firmware.map { $0 == .uefi } ?? present?.uefi ?? false
        self.selector = uefiDisk24 && uefi && setting.target == .disk ? Self.uefiDisk : selector
        if let present, present.valid { others = present.others }
    }

    /// Reads the answer of Get System Boot Options, which starts with the parameter's version and number; nil when it is
    /// too short or about another parameter.
    init?(answer: [UInt8]) {
        guard answer.count >= 4, answer[1] & 0x7f == Self.parameter else { return nil }
        valid = answer[2] & 0x80 != 0
        persistent = answer[2] & 0x40 != 0
        uefi = answer[2] & 0x20 != 0
        selector = answer[3] >> 2 & 0x0f
        others = [
            answer[3] & Self.locks, answer.count > 4 ? answer[4] : 0, answer.count > 5 ? answer[5] : 0,
        ]
    }

    /// The five data bytes.
    var data: [UInt8] {
        let flags: UInt8 = (valid ? 0x80 : 0) | (persistent ? 0x40 : 0) | (uefi ? 0x20 : 0)
        return [flags, selector << 2 | others[0], others[1], others[2], 0]
    }

    /// What the flags mean; a selector without a word of ours counts as no override. With `selectorOnly` a cleared valid
    /// bit is not taken for an expired override.
    func setting(selectorOnly: Bool) -> BootSetting {
        guard valid || selectorOnly, let target = Self.target(of: selector), target != .none else {
            return BootSetting(target: .none)
        }
        guard valid else { return BootSetting(target: target) }
        return BootSetting(target: target, persistent: persistent, firmware: uefi ? .uefi : .legacy)
    }

    /// The names of the bits that were sent and not kept.
    func dropped(by kept: BootFlags) -> [String] {
        var names: [String] = []
        if valid && !kept.valid { names.append("valid") }
        if persistent != kept.persistent { names.append("persistent") }
        if uefi != kept.uefi { names.append("uefi") }
        return names
    }

    /// The selector that some firmware takes for the disk under UEFI, byte 24h.
    static let uefiDisk: UInt8 = 0x9

    static func selector(of target: BootTarget) -> UInt8? {
        switch target {
        case .none: 0x0
        case .pxe: 0x1
        case .disk: 0x2
        case .cd: 0x5
        case .setup: 0x6
        case .http, .usb: nil
        }
    }

    static func target(of selector: UInt8) -> BootTarget? {
        if selector == uefiDisk { return .disk }
        return BootTarget.allCases.first { Self.selector(of: $0) == selector }
    }
}
