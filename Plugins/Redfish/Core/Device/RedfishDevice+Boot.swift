// SPDX-License-Identifier: Apache-2.0
public import PluginKit

extension RedfishDevice: BootControl {
    /// The targets of Redfish that Ingot has words for; which of them a system takes, it says itself.
    public static var bootTargets: [BootTarget] { BootTarget.allCases }

    /// Reads `Boot` of the system; with `boot_via_settings`, what its settings object holds for the next boot.
    public func bootSetting(_ call: borrowing Call) throws(PluginError) -> BootSetting {
        let system = try system(call)
        return try kept(system, call).setting
    }

    /// Sets the override, with `If-Match` where the system has an ETag, and reads it back.
    ///
    /// `protocol` is thrown when the service acknowledged and kept another target. A persistence or mode it did not keep is
    /// logged and emitted as `readback`, but is no failure.
    public func setBoot(_ setting: BootSetting, _ call: borrowing Call) throws(PluginError) {
        let system = try system(call)
        let before = try boot(of: system)
        let place = try bootPlace(system, call)
        let body = try before.change(to: setting, quirks)
        // Retries are for a refusal that passes; each looks at the ETag anew.
        var seen: Resource? = place
        try client.retrying(call, while: passesAfterPOST) { call throws(PluginError) in
            defer { seen = nil }
            if seen == nil { seen = try self.client.get(place.path, call) }
            _ = try self.client.patch(place.path, body, seen: seen, call)
        }
        let after: BootOverride
        do throws(PluginError) {
            after = try kept(self.system(call), call)
        } catch {
            var error = error
            error.maybeApplied = true
            error.message = "the boot override was sent; reading it back failed: \(error.message)"
            throw error
        }
        try compare(setting, before, after, call)
    }

    /// The override a system has. Throws `unsupported` when it has none at all.
    func boot(of system: Resource) throws(PluginError) -> BootOverride {
        guard let boot = system["Boot"] else {
            throw PluginError(.unsupported, "\(system.path): the system has no Boot property")
        }
        return BootOverride(boot)
    }

    /// The resource the override is written to.
    func bootPlace(_ system: Resource, _ call: borrowing Call) throws(PluginError) -> Resource {
        guard quirks.contains(.bootViaSettings) else { return system }
        guard let settings = system.link("@Redfish.Settings", "SettingsObject") else {
            throw PluginError(.unsupported, "\(system.path): the system has no settings object")
        }
        return try client.get(settings, call)
    }

    /// The override as the system keeps it, or as its settings object keeps it until the next boot.
    private func kept(_ system: Resource, _ call: borrowing Call) throws(PluginError) -> BootOverride {
        let now = try boot(of: system)
        guard quirks.contains(.bootViaSettings), now.setting.target == .none else { return now }
        guard let pending = try bootPlace(system, call)["Boot"].map(BootOverride.init), pending.enabled != nil else {
            return now
        }
        return pending
    }

    private func passesAfterPOST(_ refusal: PluginError) -> Bool {
        quirks.contains(.bootLockedInPOST) && refusal.messageKey == "UnableToModifyDuringSystemPOST"
    }

    private func compare(
        _ wanted: BootSetting, _ before: BootOverride, _ after: BootOverride, _ call: borrowing Call
    ) throws(PluginError) {
        let kept = after.setting
        guard kept.target == wanted.target else {
            throw PluginError(
                .protocol,
                "the boot override was acknowledged and not kept: \(wanted.target) was sent, \(kept.target) is there",
                detail: ["sent": "\(wanted.target)", "kept": "\(kept.target)"], maybeApplied: true)
        }
        var dropped = after.dropped(of: wanted)
        if wanted.firmware == nil, let mode = before.mode, after.mode != mode { dropped.append(mode.lowercased()) }
        if !dropped.isEmpty {
            call.log(.warning, "the BMC keeps the boot target and drops: \(dropped.joined(separator: ", "))", origin)
        }
        let report = JSON.members(["device": .string("\(kept.target)"), "dropped": .list(dropped)])
        try? call.emit("readback", report.encoded)
    }
}
