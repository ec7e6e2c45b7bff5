// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// One Chassis Control, what it leads to, and what may be done around it.
struct PowerStep: Equatable {
    let control: ChassisControl
    /// The state the machine ends up in.
    let goal: PowerState

    init(_ action: PowerAction) {
        switch action {
        case .on: (control, goal) = (.powerUp, .on)
        case .off: (control, goal) = (.powerDown, .off)
        case .softOff: (control, goal) = (.softShutdown, .off)
        case .cycle: (control, goal) = (.powerCycle, .on)
        case .reset: (control, goal) = (.hardReset, .on)
        case .nmi: (control, goal) = (.diagnosticInterrupt, .on)
        }
    }

    var command: Command { .chassisControl(control) }

    /// The machine is where the action leads, so that nothing has to be sent.
    func isDone(in state: PowerState) -> Bool {
        !needsPower && state == goal
    }

    /// It makes sense on a machine that is on only.
    var needsPower: Bool { control == .powerCycle || control == .hardReset || control == .diagnosticInterrupt }

    /// Power up, power down and soft shutdown may be sent twice; a second reset, cycle or interrupt is one too many.
    var repetition: SessionTiming.Repetition { needsPower ? .never : .allowed }

    /// The machine boots after it, so that a boot override counts.
    var boots: Bool { control == .powerUp || control == .powerCycle || control == .hardReset }

    /// The state afterwards says whether the request was carried out, even if no answer came.
    var canBeReadBack: Bool { !needsPower }
}

/// Watches the power state after a step that the BMC took.
struct PowerWatch {
    private let step: PowerStep
    private let begin: ContinuousClock.Instant
    private var sawOff = false
    private var state: PowerState?
    private var reads = 0

    /// A BMC may begin a cycle a moment after it acknowledged it, and its off phase is at least a second (IPMI 2.0, table
    /// 28-4): a machine that was on for this long has been through it unseen.
    static let longestUnseenCycle: Duration = .seconds(3)

    init(_ step: PowerStep, from begin: ContinuousClock.Instant = .now) {
        self.step = step
        self.begin = begin
    }

    /// Takes a state that was read; true once the step has led to its goal.
    mutating func isReached(by state: PowerState, at now: ContinuousClock.Instant) -> Bool {
        self.state = state
        reads += 1
        if state == .off { sawOff = true }
        guard state == step.goal else { return false }
        guard step.control == .powerCycle else { return true }
        return sawOff || begin.duration(to: now) >= Self.longestUnseenCycle
    }

    /// How long to wait before the next read.
    var interval: Duration { .milliseconds(min(200 + 100 * reads, 1000)) }

    /// What to report when the call ends before the goal is reached.
    func verdict(_ reason: PluginError, _ last: PluginError?) -> PluginError {
        var error = reason
        let seen = state.map { "the machine is still \($0)" } ?? "its state could not be read"
        let cause = last.map { " (\($0.message))" } ?? ""
        error.message = "\(step.command.name) was sent; \(seen)\(cause): \(reason.message)"
        error.maybeApplied = true
        return error
    }
}
