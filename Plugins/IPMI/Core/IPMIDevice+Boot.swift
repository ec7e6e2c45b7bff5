// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit

extension IPMIDevice: BootControl {
    /// The selectors of IPMI 2.0, table 28-14, that Ingot has words for.
    public static var bootTargets: [BootTarget] { [.none, .pxe, .disk, .cd, .setup] }

    /// Reads boot option parameter 5. An override whose valid bit is clear has expired and reads as none, unless the BMC is
    /// known to keep the selector only.
    public func bootSetting(_ call: borrowing Call) throws(PluginError) -> BootSetting {
        try bootFlags(Conversation(self), call).setting(selectorOnly: keepsSelectorOnly)
    }

    /// Sets boot option parameter 5 and reads it back. Without a firmware mode in the setting the present one stays.
    ///
    /// First parameter 3 asks the BMC not to drop the override after 60 seconds; a BMC may refuse that. `protocol` is
    /// thrown when the BMC acknowledged and kept another device. Flags it did not keep are logged and emitted as
    /// `readback`, but are no failure: some BMCs keep the device only.
    public func setBoot(_ setting: BootSetting, _ call: borrowing Call) throws(PluginError) {
        guard BootFlags(setting) != nil else { throw PluginError(.unsupported, "boot target \(setting.target)") }
        let (session, reply) = try connect(reading: .getBootOption(BootFlags.parameter), call)
        let present = try reply.dataIfOffered.flatMap { BootFlags(answer: $0) }
        let disk24 = configuration.quirks.contains(.bootUEFIDisk24)
        guard let wanted = BootFlags(setting, over: present, uefiDisk24: disk24) else {
            throw PluginError(.unsupported, "boot target \(setting.target)")
        }
        let lasting = try keepWithoutAction(session, call)
        let command = Command.setBootOption(BootFlags.parameter, wanted.data)
        if case .refused(let code) = try session.change(command, call) { throw code.pluginError }
        let resends = configuration.quirks.contains(.bootNoTimeoutParameter) && wanted.selector != 0
        learn { $0.pendingBoot = resends ? command : nil }
        try compare(wanted, session, lasting: lasting, call)
    }

    /// Sets the bit of parameter 3 that keeps an override longer than 60 seconds, and leaves its other bits. False when
    /// the BMC does not know the parameter.
    private func keepWithoutAction(_ session: Session, _ call: borrowing Call) throws(PluginError) -> Bool {
        guard !configuration.quirks.contains(.bootNoTimeoutParameter) else { return false }
        var bits: UInt8 = 0
        if let answer = try session.readIfOffered(.getBootOption(BootFlags.clearing), call), answer.count >= 3 {
            bits = answer[2] & 0x1f
            if bits & BootFlags.keepWithoutAction != 0 { return true }
        }
        let command = Command.setBootOption(BootFlags.clearing, [bits | BootFlags.keepWithoutAction])
        switch try session.change(command, call) {
        case .data: return true
        case .refused(let code):
            guard !code.isTemporary, !code.isForbidden else { throw code.pluginError }
            call.log(.debug, "\(code.pluginError.message); the override may expire after 60 s", origin)
            return false
        }
    }

    /// The BMC's cleared valid bits say nothing: it was configured so, or a set has shown it.
    var keepsSelectorOnly: Bool {
        configuration.quirks.contains(.bootSelectorOnly) || knowledge.keepsSelectorOnly
    }

    private var origin: [String: String] { ["host": configuration.host] }

    private func bootFlags(
        _ channel: some CommandChannel, _ call: borrowing Call
    ) throws(PluginError) -> BootFlags {
        let answer = try channel.read(.getBootOption(BootFlags.parameter), atLeast: 4, call)
        guard let flags = BootFlags(answer: answer) else {
            throw PluginError(.protocol, "Get System Boot Options: the answer is not about boot flags")
        }
        return flags
    }

    private func compare(
        _ wanted: BootFlags, _ session: Session, lasting: Bool, _ call: borrowing Call
    ) throws(PluginError) {
        let kept: BootFlags
        do throws(PluginError) {
            kept = try bootFlags(session, call)
        } catch {
            throw error.afterApplying("Set System Boot Options")
        }
        guard kept.selector == wanted.selector else {
            throw PluginError(
                .protocol,
                "Set System Boot Options: acknowledged but not kept: device selector "
                    + "\(wanted.selector) was sent, \(kept.selector) is there",
                detail: ["sent": String(wanted.selector), "kept": String(kept.selector)], maybeApplied: true)
        }
        let dropped = wanted.dropped(by: kept)
        if wanted.selector != 0 { learn { $0.keepsSelectorOnly = !kept.valid } }
        if !dropped.isEmpty {
            call.log(
                .warning, "the BMC keeps the boot device and drops: \(dropped.joined(separator: ", "))", origin)
        }
        let report = Readback(
            device: BootFlags.target(of: kept.selector).map { "\($0)" } ?? "other", dropped: dropped,
            expires: lasting ? nil : 60)
        try? call.emit("readback", json: report)
    }

    /// What the BMC made of an override.
    private struct Readback: Encodable {
        var device: String
        /// Names of the flags that were sent and not kept.
        var dropped: [String]
        /// Seconds after which the BMC may drop the override; absent when it was told not to.
        var expires: Int?
    }
}
