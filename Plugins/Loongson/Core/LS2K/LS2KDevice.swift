// SPDX-License-Identifier: GPL-3.0-or-later
import IPMI
import PluginKit
import Synchronization

/// A LoongArch server with Loongson's 2K BMC: IPMI 2.0, with the rules of this BMC over it.
final class LS2KDevice: Sendable {
    private let ipmi: IPMIDevice
    private let commands: [String: String]
    private let memory = Mutex(Memory())

    private struct Memory {
        var reset = ResetRule()
        /// The override that is sent again before the machine starts, because the BMC may have let it lapse.
        var boot: BootSetting?
    }

    /// Prefix of the vendor methods that are the operator's own commands.
    private static let commandPrefix = "command."
    private static let resetMethod = "bmc.reset"
    private static let rawMethod = "raw"

    init(_ ipmi: IPMIDevice, _ configuration: LS2KConfiguration) {
        self.ipmi = ipmi
        commands = configuration.commands
    }

    /// The IPMI device, unless the BMC is away; then `busy`, and nothing is sent.
    func present() throws(PluginError) -> IPMIDevice {
        try memory.withLock { $0.reset }.checkPresence(at: .now)
        return ipmi
    }

    func close(_ call: borrowing Call) { ipmi.close(call) }

    /// What the IPMI driver finds out, with the operator's commands among the vendor methods.
    func probe(_ call: borrowing Call) throws(PluginError) {
        var found = try present().capabilities(call)
        found.vendor.methods = (found.vendor.methods ?? []) + commands.keys.sorted().map { Self.commandPrefix + $0 }
        found.sweep = nil
        if found.identity.vendor?.lowercased().contains("loongson") != true {
            let vendor = found.identity.vendor ?? "not told"
            call.log(.notice, "the inventory does not name Loongson as the maker: \(vendor)")
        }
        try call.emit("capabilities", json: found)
    }

    /// Sets the override with valid and, unless legacy is asked for, EFI bit, has it read back, and keeps it in mind.
    func setBoot(_ setting: BootSetting, _ call: borrowing Call) throws(PluginError) {
        var wanted = setting
        if wanted.target != .none { wanted.firmware = wanted.firmware ?? .uefi }
        try present().setBoot(wanted, call)
        memory.withLock { $0.boot = wanted.target == .none ? nil : wanted }
    }

    /// Switches the power; before the machine starts the override that was set is sent again and read back.
    func setPower(_ action: PowerAction, _ call: borrowing Call) throws(PluginError) {
        let ipmi = try present()
        let starts = action == .on || action == .cycle || action == .reset
        guard starts, let boot = memory.withLock({ $0.boot }) else { return try ipmi.setPower(action, call) }
        // Nothing starts, and the order stays.
        if action == .on, try ipmi.powerState(call) == .on { return }
        try ipmi.setBoot(boot, call)
        try ipmi.setPower(action, call)
        if !boot.persistent { memory.withLock { if $0.boot == boot { $0.boot = nil } } }
    }

    /// The IPMI driver's methods and the operator's commands. A reset of the BMC, as such or as raw request, is under
    /// `ResetRule`.
    func invoke(method: String, body: [UInt8], _ call: borrowing Call) throws(PluginError) {
        let ipmi = try present()
        if method.hasPrefix(Self.commandPrefix) {
            guard let command = commands[String(method.dropFirst(Self.commandPrefix.count))] else {
                throw PluginError(.unsupported, "vendor method \(method): no such command is configured")
            }
            return try send(Self.rawMethod, Array(command.utf8), force: false, ipmi, call)
        }
        guard body.count <= 4096, let text = String(validating: body, as: UTF8.self) else {
            throw .invalid(field: "body", "is not UTF-8 of at most 4096 bytes")
        }
        struct Insistence: Decodable { var force: Bool? }
        let isGuarded = method == Self.resetMethod || method == Self.rawMethod
        let force =
            isGuarded && !text.isEmpty ? try JSONText.decode(Insistence.self, from: text, as: "body").force : nil
        try send(method, body, force: force ?? false, ipmi, call)
    }

    private func send(
        _ method: String, _ body: [UInt8], force: Bool, _ ipmi: IPMIDevice, _ call: borrowing Call
    ) throws(PluginError) {
        var resets = method == Self.resetMethod
        if method == Self.rawMethod { resets = try RawRequest(String(decoding: body, as: UTF8.self)).resetsBMC }
        guard resets else { return try ipmi.invoke(method: method, body: body, call) }
        try memory.withLock { $0.reset }.checkReset(chassis: ipmi.powerState(call), force: force, at: .now)
        do throws(PluginError) {
            try ipmi.invoke(method: method, body: body, call)
        } catch {
            if error.maybeApplied { memory.withLock { $0.reset.didReset(at: .now) } }
            throw error
        }
        memory.withLock { $0.reset.didReset(at: .now) }
    }
}
