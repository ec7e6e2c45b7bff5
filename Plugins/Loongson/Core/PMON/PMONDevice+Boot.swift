// SPDX-License-Identifier: GPL-3.0-or-later
import Outlet
import PluginKit

extension PMONDevice {
    /// The order that waits for the next power-on; else what the firmware keeps, as far as this process has set it; else
    /// none, which is the firmware's own order.
    func bootSetting() -> BootSetting {
        let known = known
        return known.order ?? known.kept ?? BootSetting(target: .none)
    }

    /// Keeps an order for the next power-on. `none` takes a waiting order back.
    /// - Throws: `unsupported` for a target without a plan, and for UEFI.
    func setBoot(_ setting: BootSetting) throws(PluginError) {
        guard setting.firmware != .uefi else { throw PluginError(.unsupported, "PMON does not boot by UEFI") }
        let order: BootSetting?
        switch setting.target {
        case .none: order = nil
        case .pxe, .disk:
            guard configuration.plan(for: setting.target) != nil else {
                let member = setting.target == .pxe ? "network_boot" : "disk_boot"
                throw PluginError(.unsupported, "boot target \(setting.target): \(member) is not configured")
            }
            order = BootSetting(target: setting.target, persistent: setting.persistent)
        default: throw PluginError(.unsupported, "boot target \(setting.target)")
        }
        learn {
            $0.order = order == $0.kept ? nil : order
            $0.isStarted = false
        }
    }

    /// What there is to type for an order.
    func commands(for order: BootSetting) -> [PMONCommand] {
        guard let plan = configuration.plan(for: order.target) else { return [] }
        let once = plan.bootOnce(loading: configuration.loadLimit, starting: configuration.kernelLimit)
        return (order.persistent ? plan.persist() : []) + once
    }

    /// Seconds that a power-on with a boot order may take at worst, 3600 at most.
    var longestStart: Int {
        let plans = [configuration.network, configuration.disk].compactMap { $0 }
        let talks = plans.map { plan in
            (plan.persist() + plan.bootOnce(loading: configuration.loadLimit, starting: configuration.kernelLimit))
                .reduce(Duration.zero) { total, command in
                    total + command.limit + configuration.dialogue.characterDelay * command.line.utf8.count
                }
        }
        let outlet = configuration.power.outlet
        // Off and on again, each read back, and the way to the prompt twice.
        let switching = (outlet?.settleTime ?? .zero) * 2 + (outlet?.offTime ?? .zero)
        let longest = switching + configuration.dialogue.promptLimit * 2 + (talks.max() ?? .zero)
        return Int(min(longest.components.seconds, 3600))
    }

    /// Carries an order out over an open console.
    func carryOut(
        _ order: BootSetting, _ link: ConsoleLink, from begin: PMONDialogue.Begin, _ call: borrowing Call
    ) throws(PMONFailure) {
        var options = configuration.dialogue
        options.hasPassword = ((try? call.secret(PMONSession.passwordSecret)) ?? nil) != nil
        var session = PMONSession(PMONDialogue(commands(for: order), from: begin, options), over: link)
        try session.run(call)
        learn {
            if $0.order == order { $0.order = nil }
            if order.persistent { $0.kept = order }
            $0.isStarted = false
            $0.running = .seen
        }
    }
}
