// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// Boot option parameter 5, boot flags (IPMI 2.0, table 28-14): the first two of its five data bytes.
struct BootFlags: Equatable {
    /// The number of the parameter.
    static let parameter: UInt8 = 5
    /// The number of the parameter that says when the BMC clears the valid bit, and its value: not after 60 seconds.
    static let clearing: (parameter: UInt8, data: [UInt8]) = (3, [0x08])

    var valid: Bool
    var persistent: Bool
    var uefi: Bool
    /// Four bits.
    var selector: UInt8

    /// What to send for a setting, or nil when the specification has no selector for its target.
    init?(_ setting: BootSetting) {
        guard let selector = Self.selector(of: setting.target) else { return nil }
        valid = true
        persistent = setting.persistent
        uefi = setting.firmware == .uefi
        self.selector = selector
    }

    /// Reads the answer of Get System Boot Options, which starts with the parameter's version and number; nil when it is
    /// too short or about another parameter.
    init?(answer: [UInt8]) {
        guard answer.count >= 4, answer[1] & 0x7f == Self.parameter else { return nil }
        valid = answer[2] & 0x80 != 0
        persistent = answer[2] & 0x40 != 0
        uefi = answer[2] & 0x20 != 0
        selector = answer[3] >> 2 & 0x0f
    }

    /// The five data bytes.
    var data: [UInt8] {
        [(valid ? 0x80 : 0) | (persistent ? 0x40 : 0) | (uefi ? 0x20 : 0), selector << 2, 0, 0, 0]
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
        BootTarget.allCases.first { Self.selector(of: $0) == selector }
    }
}
