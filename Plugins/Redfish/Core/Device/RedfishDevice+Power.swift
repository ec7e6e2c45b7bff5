// SPDX-License-Identifier: Apache-2.0
public import PluginKit

extension RedfishDevice: PowerControl {
    /// All there are; which of them a system takes, it says itself.
    public static var powerActions: [PowerAction] { PowerAction.allCases }

    /// Reads `PowerState` of the system. Throws `protocol` when the system has no such property.
    public func powerState(_ call: borrowing Call) throws(PluginError) -> PowerState {
        try Self.powerState(of: system(call))
    }

    static func powerState(of system: Resource) throws(PluginError) -> PowerState {
        guard system.json.object?["PowerState"] != nil else {
            throw PluginError(.protocol, "\(system.path): the system does not tell its PowerState")
        }
        return PowerState(redfish: system["PowerState"]?.text)
    }

    /// Sends the reset type for the action; the service's success is its word that it has begun.
    ///
    /// Where the machine is already there nothing is sent. Cycle, reset and NMI of a machine that is off throw `state`. An
    /// action the service does not list throws `unsupported`.
    public func setPower(_ action: PowerAction, _ call: borrowing Call) throws(PluginError) {
        let system = try system(call)
        let before = PowerState(redfish: system["PowerState"]?.text)
        switch (action, before) {
        case (.on, .on), (.off, .off), (.softOff, .off): return
        case (.cycle, .off), (.reset, .off), (.nmi, .off):
            throw PluginError(.state, "\(action.name) needs a machine that is on; it is off")
        default: break
        }
        guard let reset = system.action("ComputerSystem.Reset"), let target = reset["target"]?.text else {
            throw PluginError(.unsupported, "\(system.path): the system has no Reset action")
        }
        let type = try resetType(for: action, resetValues(of: reset, call))
        try client.retrying(call, while: action == .on ? passesAfterOff : neverPasses) { call throws(PluginError) in
            _ = try self.client.post(target, .members(["ResetType": .string(type)]), call)
        }
    }

    /// The reset types the system takes; nil when it does not say.
    func resetValues(of reset: JSON, _ call: borrowing Call) throws(PluginError) -> [String]? {
        try allowableValues("ResetType", of: reset, call)
    }

    /// The type to send. To list them is optional (DSP0266, "Allowable values"): where nothing is listed the schema's name is
    /// sent, and the service says whether it takes it.
    private func resetType(for action: PowerAction, _ values: [String]?) throws(PluginError) -> String {
        let types = ResetType.candidates(for: action).map(\.rawValue)
        guard let type = values.map({ types.first(where: $0.contains) }) ?? types.first else {
            let list = values?.joined(separator: ", ") ?? ""
            throw PluginError(.unsupported, "\(action.name): the system takes only \(list)")
        }
        return type
    }

    /// The actions among these reset types.
    static func actions(in values: [String]) -> [PowerAction] {
        powerActions.filter { ResetType.candidates(for: $0).contains { values.contains($0.rawValue) } }
    }

    private func passesAfterOff(_ refusal: PluginError) -> Bool {
        quirks.contains(.onAfterOffConflict) && refusal.vendorCode == 409
    }

    private func neverPasses(_ refusal: PluginError) -> Bool { false }
}
