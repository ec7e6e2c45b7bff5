// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit

extension IPMIDevice: PowerControl {
    /// All of Chassis Control.
    public static var powerActions: [PowerAction] { [.on, .off, .softOff, .cycle, .reset, .nmi] }

    /// Reads the real state; IPMI knows on and off.
    public func powerState(_ call: borrowing Call) throws(PluginError) -> PowerState {
        try Conversation(self).chassisStatus(call).power
    }

    /// Carries the action out and waits until the machine is in the state it leads to.
    ///
    /// Where the machine is already there nothing is sent. Cycle, reset and diagnostic interrupt of a machine that is off
    /// throw `state` without being sent, as the specification wants it of a BMC (IPMI 2.0, table 28-4), because what a BMC
    /// would do differs.
    public func setPower(_ action: PowerAction, _ call: borrowing Call) throws(PluginError) {
        if action == .cycle, configuration.quirks.contains(.cycleUnsupported) { return try cycleInSteps(call) }
        try perform(PowerStep(action), call)
    }

    /// Off, a pause and on, for a BMC without power cycle.
    private func cycleInSteps(_ call: borrowing Call) throws(PluginError) {
        guard try powerState(call) != .off else {
            throw PluginError(.state, "cycle needs a machine that is on; it is off")
        }
        try perform(PowerStep(.off), call)
        do throws(PluginError) {
            try call.pause(.seconds(1))
            try perform(PowerStep(.on), call)
        } catch {
            throw error.afterApplying("power down")
        }
    }

    private func perform(_ step: PowerStep, _ call: borrowing Call) throws(PluginError) {
        let (acting, first) = try connect(reading: .getChassisStatus, call, repetition: step.repetition)
        let before = try first.chassisStatus.power
        if step.isDone(in: before) { return }
        guard before != .off || !step.needsPower else {
            throw PluginError(.state, "\(step.command.name) needs a machine that is on; it is off")
        }
        if step.boots { try repeatBootOverride(acting, call) }
        var failure: PluginError?
        do throws(PluginError) {
            if case .refused(let code) = try acting.change(step.command, once: step.repetition == .never, call) {
                var error = code.pluginError
                // The action is the only field of Chassis Control that can be invalid.
                if code.code == CompletionCode.invalidField { error.status = .unsupported }
                throw error
            }
        } catch {
            let refusedByBMC = error.vendorCode >= 0x80 && error.status != .timeout
            guard error.maybeApplied, !refusedByBMC, step.canBeReadBack, !call.isCancelled else { throw error }
            failure = error
        }
        // A session of libfreeipmi that repeats nothing would wait for ever for one lost answer to a read.
        let reading = failure == nil && step.repetition == .allowed ? acting : nil
        try waitFor(step, reading, failure, call)
    }

    /// Sends an override again that the BMC would have let lapse by now.
    private func repeatBootOverride(_ session: Session, _ call: borrowing Call) throws(PluginError) {
        guard let pending = knowledge.pendingBoot else { return }
        if case .refused(let code) = try session.change(pending, call) { throw code.pluginError }
        learn { $0.pendingBoot = nil }
    }

    private func openSession(_ open: Session?, _ call: borrowing Call) throws(PluginError) -> Session {
        if let open { return open }
        return try connect(call).session
    }

    /// Reads back until the state is the one the step leads to. What happened to the request, if not an answer, is told
    /// when time is over.
    private func waitFor(
        _ step: PowerStep, _ opened: Session?, _ failure: PluginError?, _ call: borrowing Call
    ) throws(PluginError) {
        var session = opened
        var watch = PowerWatch(step)
        var last: PluginError? = failure
        while true {
            do throws(PluginError) {
                let current = try openSession(session, call)
                session = current
                if watch.isReached(by: try current.chassisStatus(call).power, at: ContinuousClock.now) { return }
                try call.pause(watch.interval)
            } catch {
                session = nil
                guard call.isCancelled else {
                    guard error.retryable else { throw error.afterApplying(step.command.name) }
                    last = error
                    do throws(PluginError) { try call.pause(watch.interval) } catch { throw watch.verdict(error, last) }
                    continue
                }
                throw watch.verdict(call.stopReason, last)
            }
        }
    }
}

extension PluginError {
    /// The same failure, of a read after a request that was taken.
    func afterApplying(_ what: String) -> PluginError {
        var error = self
        error.message = "\(what) was sent; reading back failed: \(message)"
        error.maybeApplied = true
        return error
    }
}
