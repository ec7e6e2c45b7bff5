// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// The outlets that feed one machine, read and switched together.
struct Outlets: Sendable {
    let configuration: OutletConfiguration

    private var model: OutletModel { configuration.model }

    /// Off when all are off, on when all are on, changing when one is on its way; a mixture is unknown.
    static func combined(_ states: [PowerState]) -> PowerState {
        guard let first = states.first else { return .unknown }
        if states.contains(.changing) { return .changing }
        return states.allSatisfy { $0 == first } ? first : .unknown
    }

    /// What a number of the state object means.
    static func state(_ value: Int32, _ model: OutletModel) -> PowerState {
        if model.onValues.contains(value) { return .on }
        if model.offValues.contains(value) { return .off }
        return model.changingValues.contains(value) ? .changing : .unknown
    }

    /// Reads all outlets with one GET.
    func states(_ session: SNMPSession, _ call: borrowing Call) throws(PluginError) -> [PowerState] {
        try states(of: session.get(stateObjects(), call))
    }

    /// The objects that tell the outlets' states.
    func stateObjects() throws(PluginError) -> [ObjectIdentifier] {
        try configuration.outlets.map { index throws(PluginError) in try object(model.state, index) }
    }

    /// What the values of those objects mean.
    func states(of found: [SNMPBinding]) throws(PluginError) -> [PowerState] {
        try zip(found, configuration.outlets).map { binding, index throws(PluginError) in
            guard let value = binding.value else {
                throw PluginError(
                    .invalid,
                    "\(configuration.access.name): no state at \(binding.object): outlet \(Self.text(index)) is not there",
                    detail: ["field": "outlet.outlets"])
            }
            return Self.state(value, model)
        }
    }

    func state(_ call: borrowing Call) throws(PluginError) -> PowerState {
        Self.combined(try states(SNMPSession(configuration.access, call), call))
    }

    /// Switches what is not there yet and returns when all read as they should. Says whether anything was switched.
    @discardableResult
    func turn(_ on: Bool, _ call: borrowing Call) throws(PluginError) -> Bool {
        let session = try SNMPSession(configuration.access, call)
        return try turn(on, session, call)
    }

    func cycle(_ call: borrowing Call) throws(PluginError) {
        let session = try SNMPSession(configuration.access, call)
        guard Self.combined(try states(session, call)) != .off else {
            throw PluginError(.state, "cycle needs a machine that is on; its outlets are off")
        }
        if configuration.pduReboots, let reboot = model.reboot {
            var isUncertain = false
            for index in configuration.outlets {
                let object = try object(reboot.object, index)
                let sent = try afterChange(isUncertain || index != configuration.outlets.first) {
                    () throws(PluginError) in
                    try session.set(SNMPBinding(object: object, value: reboot.value), call)
                }
                if !sent { isUncertain = true }
            }
            guard !isUncertain else {
                throw PluginError(
                    .timeout, "\(configuration.access.name): no answer to the reboot", retryable: true,
                    maybeApplied: true)
            }
            return
        }
        guard call.remaining > configuration.offTime + .seconds(1) else {
            throw PluginError(
                .timeout, "the time left is shorter than off_seconds; nothing was switched", retryable: true)
        }
        try turn(false, session, call)
        try afterChange(true) { () throws(PluginError) in
            try call.pause(configuration.offTime)
            try turn(true, session, call)
        }
    }

    @discardableResult
    private func turn(_ on: Bool, _ session: SNMPSession, _ call: borrowing Call) throws(PluginError) -> Bool {
        let wanted: PowerState = on ? .on : .off
        let command = on ? model.on : model.off
        var isChanged = false
        let before = try states(session, call)
        for (index, state) in zip(configuration.outlets, before) where state != wanted {
            let object = try object(command.object, index)
            try afterChange(isChanged) { () throws(PluginError) in
                _ = try session.set(SNMPBinding(object: object, value: command.value), call)
            }
            isChanged = true
        }
        guard isChanged else { return false }
        try afterChange(true) { () throws(PluginError) in try settle(wanted, session, call) }
        return true
    }

    /// Reads until all outlets are as they were told: the answer to a SET says that it was taken, not that it is done.
    private func settle(
        _ wanted: PowerState, _ session: SNMPSession, _ call: borrowing Call
    ) throws(PluginError) {
        let end = ContinuousClock.now + configuration.settleTime
        while true {
            let states = try states(session, call)
            if states.allSatisfy({ $0 == wanted }) { return }
            guard ContinuousClock.now < end else {
                let late = zip(configuration.outlets, states).filter { $0.1 != wanted }.map { Self.text($0.0) }
                throw PluginError(
                    .timeout,
                    "\(configuration.access.name): outlet \(late.joined(separator: ", ")) does not read \(wanted)",
                    retryable: true)
            }
            try call.pause(.milliseconds(250))
        }
    }

    private func object(_ base: ObjectIdentifier, _ index: [UInt32]) throws(PluginError) -> ObjectIdentifier {
        guard let object = base.appending(index) else {
            throw .invalid(field: "outlet.outlets", "the object identifier gets too long")
        }
        return object
    }

    static func text(_ index: [UInt32]) -> String { index.map(String.init).joined(separator: ".") }
}
