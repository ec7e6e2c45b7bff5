// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// The boot override of a system (ComputerSystem schema, `Boot`).
struct BootOverride: Equatable {
    /// `Disabled`, `Once`, `Continuous`.
    var enabled: String?
    /// `None`, `Pxe`, `Hdd`, …
    var target: String?
    /// `UEFI`, `Legacy`.
    var mode: String?
    /// What may be set, where the service lists it.
    var targets: [String]?
    var enabledValues: [String]?
    var modes: [String]?

    init(_ boot: JSON) {
        enabled = boot["BootSourceOverrideEnabled"]?.text
        target = boot["BootSourceOverrideTarget"]?.text
        mode = boot["BootSourceOverrideMode"]?.text
        targets = boot["BootSourceOverrideTarget@Redfish.AllowableValues"]?.texts
        enabledValues = boot["BootSourceOverrideEnabled@Redfish.AllowableValues"]?.texts
        modes = boot["BootSourceOverrideMode@Redfish.AllowableValues"]?.texts
    }

    /// Redfish's names for a target, the usual one first.
    static func names(of target: BootTarget) -> [String] {
        switch target {
        case .none: ["None"]
        case .pxe: ["Pxe"]
        case .disk: ["Hdd"]
        case .cd: ["Cd", "UsbCd"]
        case .setup: ["BiosSetup"]
        case .http: ["UefiHttp"]
        case .usb: ["Usb"]
        }
    }

    /// The name of a target that this system takes; nil when it lists its targets and has none of that kind.
    func name(for target: BootTarget) -> String? {
        let names = Self.names(of: target)
        guard let targets else { return names.first }
        return names.first(where: targets.contains) ?? (target == .none ? "None" : nil)
    }

    /// The override in Ingot's words. One that is disabled, or of a kind Ingot has no word for, reads as none.
    var setting: BootSetting {
        let known = BootTarget.allCases.first { Self.names(of: $0).contains(target ?? "None") }
        guard enabled != "Disabled", enabled != nil, let known, known != .none else {
            return BootSetting(target: .none, firmware: firmware)
        }
        return BootSetting(target: known, persistent: enabled == "Continuous", firmware: firmware)
    }

    var firmware: BootFirmware? {
        switch mode {
        case "UEFI": .uefi
        case "Legacy": .legacy
        default: nil
        }
    }

    /// The targets in Ingot's words.
    var bootTargets: [BootTarget] { BootTarget.allCases.filter { name(for: $0) != nil } }

    /// What has to be sent so that this override becomes the wanted one.
    ///
    /// Target, mode where one is asked for, and Enabled where it differs are sent, unless a quirk asks for more. Throws `unsupported` for what the system does not list.
    func change(to wanted: BootSetting, _ quirks: Set<Quirk>) throws(PluginError) -> JSON {
        guard let name = name(for: wanted.target) else {
            throw PluginError(
                .unsupported, "\(wanted.target): the system boots from \(targets?.joined(separator: ", ") ?? "nothing")"
            )
        }
        let wantedEnabled = wanted.target == .none ? "Disabled" : wanted.persistent ? "Continuous" : "Once"
        if wantedEnabled == "Continuous" {
            let isListed = enabledValues?.contains("Continuous") ?? true
            guard isListed, !quirks.contains(.bootOnceOnly) else {
                throw PluginError(.unsupported, "the system keeps an override for one boot only")
            }
        }
        let all = quirks.contains(.bootAllAlways)
        var body: [String: JSON] = ["BootSourceOverrideTarget": .string(name)]
        if enabled != wantedEnabled || all || quirks.contains(.bootEnabledAlways) {
            body["BootSourceOverrideEnabled"] = .string(wantedEnabled)
        }
        body["BootSourceOverrideMode"] = .text(try modeToSend(wanted, quirks))
        return .members(["Boot": .object(body)])
    }

    private func modeToSend(_ wanted: BootSetting, _ quirks: Set<Quirk>) throws(PluginError) -> String? {
        guard !quirks.contains(.noBootMode) else { return nil }
        let always = quirks.contains(.bootAllAlways) || quirks.contains(.bootModeResend)
        guard let firmware = wanted.firmware else { return always ? mode ?? "UEFI" : nil }
        let name = firmware == .uefi ? "UEFI" : "Legacy"
        if let modes, !modes.contains(name) {
            throw PluginError(.unsupported, "\(firmware): the system boots in \(modes.joined(separator: ", ")) only")
        }
        return name
    }

    /// What of a wanted override is not there, in words; the target is not among them.
    func dropped(of wanted: BootSetting) -> [String] {
        var dropped: [String] = []
        if wanted.target != .none, enabled != (wanted.persistent ? "Continuous" : "Once") {
            dropped.append(wanted.persistent ? "persistent" : "once")
        }
        if let firmware = wanted.firmware, firmware != self.firmware { dropped.append(firmware.rawValue) }
        return dropped
    }
}
