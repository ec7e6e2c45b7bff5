// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    func resetAction() -> JSON {
        let path = "\(profile.systemPath)/Actions/ComputerSystem.Reset"
        guard !behaves(.resetValuesUnlisted) else { return ["target": .string(path)] }
        return [
            "target": .string(path), "ResetType@Redfish.AllowableValues": .texts(profile.resetValues),
            "@Redfish.ActionInfo": profile.hasActionInfo
                ? .string("\(profile.systemPath)/ResetActionInfo") : nil,
        ]
    }

    mutating func reset(_ exchange: Exchange) -> HTTPResponse {
        let action = "ComputerSystem.Reset"
        if let refusal = Self.unknownParameter(exchange, action, known: ["ResetType"]) { return refusal }
        guard let given = exchange.body?["ResetType"] else {
            return .error(400, Message(.actionParameterMissing, action, "ResetType"))
        }
        guard let type = given.text else {
            return .error(400, Message(.actionParameterTypeError, given.kind, "ResetType", action))
        }
        let conflict = HTTPResponse.error(409, Message(.actionParameterConflict, "ResetType", type))
        guard profile.resetValues.contains(type), let order = Self.order(type, exchange.machine.power) else {
            return .error(400, Message(.actionParameterNotInList, type, "ResetType", action))
        }
        if order == .on, behaves(.onAfterOffConflict), let off = system.offAt,
            exchange.now - off < options.conflictTime
        {
            return conflict
        }
        switch machine.perform(order) {
        case .done:
            if order == .off || order == .softOff { system.offAt = exchange.now }
            let user = exchange.principal?.user ?? ""
            manager.audit.add("\(user) asked for \(type)", source: "Redfish", seconds: machine.seconds)
            return HTTPResponse(204)
        case .already: return HTTPResponse(204)
        case .wrongState:
            return exchange.machine.power == .off ? .error(409, Message(.resourceInStandby)) : conflict
        }
    }

    /// What a reset type asks of the machine.
    private static func order(_ type: String, _ power: PowerState) -> PowerAction? {
        switch type {
        case "On", "ForceOn": .on
        case "ForceOff": .off
        case "GracefulShutdown": .softOff
        case "ForceRestart", "GracefulRestart": .reset
        case "PowerCycle": .cycle
        case "Nmi": .nmi
        case "PushPowerButton": power == .off ? .on : .softOff
        default: nil
        }
    }

    /// The refusal of a parameter that the action does not have.
    static func unknownParameter(_ exchange: Exchange, _ action: String, known: [String]) -> HTTPResponse? {
        let unknown = (exchange.body?.members ?? []).filter { member in
            !known.contains(member.name) && !member.name.contains("@")
        }
        return unknown.isEmpty
            ? nil : .error(400, unknown.prefix(10).map { Message(.actionParameterUnknown, action, $0.name) })
    }
}
