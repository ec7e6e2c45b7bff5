// SPDX-License-Identifier: GPL-3.0-or-later
import Outlet
import PluginKit

extension PMONDevice {
    /// How long a console that may be silent is listened to after it was asked with Enter.
    private static let answerTime: Duration = .seconds(2)
    /// A console server greets in this time; what comes in it says nothing of the machine.
    private static let greeting: Duration = .milliseconds(300)
    /// Off before on, where the outlet does not say otherwise.
    private static let offTime: Duration = .seconds(5)

    /// The outlet's state, except that a live outlet is no running machine: on only when the console has shown something
    /// since, unknown while it has not and while a boot order waits.
    ///
    /// The first time the console of a live outlet is asked with an Enter.
    func powerState(_ call: borrowing Call) throws(PluginError) -> PowerState {
        let outlet = try path.state(call)
        guard outlet == .on else {
            if outlet == .off { learn { $0.running = .unknown } }
            return outlet
        }
        guard known.order == nil else { return .unknown }
        if console.hasShownSomething { learn { $0.running = .seen } }
        if known.running == .unknown { look(call) }
        return known.running == .seen ? .on : .unknown
    }

    /// Asks the console whether a machine is there. What is wrong with the console is no failure of a power request.
    private func look(_ call: borrowing Call) {
        do throws(PluginError) {
            var link = try console.open(call)
            _ = try link.receive(within: Self.greeting, call)
            try link.drain(call)
            try link.send([0x0d], call)
            let answer = try link.receive(within: Self.answerTime, call)
            learn { $0.running = answer == nil ? .silent : .seen }
        } catch {
            call.log(.info, "whether the machine runs is not known: \(error.message)")
        }
    }

    /// Switches the power and carries out the boot order that waits, if the action starts the machine.
    func setPower(_ action: PowerAction, _ call: borrowing Call) throws(PluginError) {
        guard path.actions.contains(action) else {
            // The power path says why.
            return try path.set(action, call)
        }
        switch action {
        case .off:
            try path.set(.off, call)
            learn { $0.running = .unknown }
        case .cycle:
            if try path.state(call) == .off {
                throw PluginError(.state, "cycle needs a machine whose outlet is on; it is off")
            }
            try restart(call)
        default:
            if try path.state(call) == .on { try start(running: call) } else { try start(call) }
        }
    }

    /// On, where the outlet is on already.
    private func start(running call: borrowing Call) throws(PluginError) {
        guard let order = known.order else {
            if known.running != .seen { look(call) }
            return
        }
        let link = try console.open(call)
        do {
            try carryOut(order, link, from: .running, call)
        } catch {
            // This power-on was for the order, and came too late for the boot window: once more.
            guard known.isStarted, error.isAboutWindow else { throw error.pluginError }
            call.log(.notice, "\(error.pluginError.message); switched off and on again")
            try restart(call)
        }
    }

    private func restart(_ call: borrowing Call) throws(PluginError) {
        try path.set(.off, call)
        learn { $0.running = .unknown }
        do throws(PluginError) {
            try call.pause(configuration.power.outlet?.offTime ?? Self.offTime)
            try start(call)
        } catch {
            var error = error
            error.maybeApplied = true
            throw error
        }
    }

    /// On, from off. The console is opened before, so that nothing of the start is missed.
    private func start(_ call: borrowing Call) throws(PluginError) {
        let order = known.order
        var opened: ConsoleLink?
        do throws(PluginError) {
            opened = try console.open(call)
            try opened?.drain(call)
        } catch {
            guard order == nil, ![.timeout, .cancelled].contains(error.status) else { throw error }
            call.log(.warning, "whether the machine starts is not seen: \(error.message)")
        }
        try path.set(.on, call)
        learn {
            $0.running = .unknown
            $0.isStarted = order != nil
        }
        guard let link = opened else { return }
        do throws(PMONFailure) {
            if let order {
                try carryOut(order, link, from: .poweredOn, call)
            } else {
                try listen(link, call)
            }
        } catch {
            if error.reason == .silent { learn { $0.running = .silent } }
            var failure = error.pluginError
            failure.maybeApplied = true
            throw failure
        }
    }

    /// Waits for the machine's first byte.
    private func listen(_ link: ConsoleLink, _ call: borrowing Call) throws(PMONFailure) {
        var link = link
        do throws(PluginError) {
            let answer = try link.receive(within: configuration.dialogue.start, call)
            guard answer == nil else { return learn { $0.running = .seen } }
        } catch {
            let isStop = [.timeout, .cancelled].contains(error.status)
            throw PMONFailure(
                reason: isStop ? .stopped(error) : .lineLost(error.message), step: "start", transcript: Transcript())
        }
        throw PMONFailure(reason: .silent, step: "start", transcript: Transcript())
    }
}

extension PMONFailure {
    /// The machine went by, or does not come to its prompt.
    var isAboutWindow: Bool {
        switch reason {
        case .pastWindow, .noPrompt, .silent: true
        default: false
        }
    }
}
