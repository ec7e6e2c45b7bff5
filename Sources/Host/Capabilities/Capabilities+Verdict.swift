// SPDX-License-Identifier: Apache-2.0

/// Whether a request would be taken, and why not.
public struct Verdict: Sendable, Equatable {
    public var answer: Answer
    /// The evidence, as a sentence for a person.
    public var reason: String
}

extension Capabilities {
    /// What is known about one request. `no` means that the device would refuse it: it is not asked.
    public func verdict(on request: DeviceRequest) -> Verdict {
        let capability = self[request.interface]
        let evidence = capability.evidence ?? "the driver gives no evidence"
        if capability.answer == .no { return Verdict(answer: .no, reason: evidence) }
        if let missing = missing(request, in: capability) {
            return Verdict(answer: .no, reason: missing + (capability.evidence.map { " (\($0))" } ?? ""))
        }
        guard capability.answer == .yes, isTold(request, in: capability) else {
            return Verdict(answer: .unknown, reason: evidence)
        }
        return Verdict(answer: .yes, reason: evidence)
    }

    /// What of the request the device said it does not have.
    private func missing(_ request: DeviceRequest, in capability: Capability) -> String? {
        switch request {
        case .power(let action):
            guard let actions = capability.actions, !actions.contains(action) else { return nil }
            return "the device has no \(action.name), only \(Self.list(actions.map(\.name)))"
        case .boot(let setting):
            // Taking an override back is always sound.
            if let targets = capability.targets, setting.target != .none, !targets.contains(setting.target) {
                return "the device has no boot target \(setting.target.name), only \(Self.list(targets.map(\.name)))"
            }
            if setting.persistent, capability.persistent == .no {
                return "the device overrides the boot order for one boot only"
            }
            if let mode = setting.mode, let modes = capability.modes, !modes.contains(mode) {
                return "the device cannot be told to boot in \(mode.rawValue) mode"
            }
            return nil
        case .clearEvents: return capability.clear == false ? "the event log cannot be cleared" : nil
        case .media(let slot):
            guard let slot, let slots = capability.slots, !slots.contains(slot) else { return nil }
            return "the device has no slot \(slot), only \(Self.list(slots))"
        case .vendor(let method):
            guard let methods = capability.methods, !methods.contains(method) else { return nil }
            return "the driver has no method \(method), only \(Self.list(methods))"
        default: return nil
        }
    }

    private func isTold(_ request: DeviceRequest, in capability: Capability) -> Bool {
        switch request {
        case .power: capability.actions != nil
        case .boot(let setting):
            (setting.target == .none || capability.targets != nil)
                && (!setting.persistent || capability.persistent == .yes)
                && (setting.mode == nil || capability.modes != nil)
        case .clearEvents: capability.clear != nil
        default: true
        }
    }

    private static func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
}
