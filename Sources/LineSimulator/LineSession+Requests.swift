// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// What each request does with the machine.
extension LineSession {
    func perform(_ request: LineRequest) -> LineReply {
        switch request {
        case .login, .bye: .error(.state, "not now")
        case .readPower: .ok([machine.power.lineName])
        case .power(let action): perform(action)
        case .readBoot: .ok([machine.boot.lineText])
        case .boot(let override): set(override)
        case .identity: identity
        case .features: features
        case .readers(let kind): .ok(["\(count(of: kind))"])
        case .reader(let kind, let number): entry(number, of: kind)
        case .log: log
        case .event(let number): event(number)
        case .clearLog: clearLog()
        }
    }

    private func perform(_ action: PowerAction) -> LineReply {
        guard bmc.configuration.actions.contains(action) else {
            return .error(.badarg, "this machine has no \(action.lineName)")
        }
        return switch machine.perform(action) {
        case .done: .ok
        case .already: .ok(["already"])
        case .wrongState: .error(.state, "the machine is \(machine.power.lineName)")
        }
    }

    private func set(_ override: BootOverride) -> LineReply {
        guard bmc.configuration.targets.contains(override.target) else {
            return .error(.badarg, "this machine has no target \(override.target.rawValue)")
        }
        var override = override
        override.uri = machine.chassis.snapshot.bootOverride.uri
        machine.setBoot(override)
        return .ok
    }

    private var identity: LineReply {
        let identity = machine.chassis.snapshot.identity
        return .ok([identity.vendor, identity.model, identity.serial, identity.bmcFirmware].map(LineProtocol.field))
    }

    private var features: LineReply {
        .ok([
            bmc.configuration.actions.map(\.lineName).joined(separator: ","),
            bmc.configuration.targets.map(\.rawValue).joined(separator: ","),
            "once,persistent", BootMode.allCases.map(\.rawValue).joined(separator: ","),
        ])
    }

    private var log: LineReply {
        let records = machine.chassis.snapshot.eventLog.records
        return .ok(["\(records.first?.number ?? 0) \(records.last?.number ?? 0)"])
    }

    private func event(_ number: Int) -> LineReply {
        guard let record = machine.chassis.snapshot.eventLog.records.first(where: { $0.number == number }) else {
            return .error(.badarg, "there is no event \(number)")
        }
        return .ok([
            "\(record.seconds)", record.severity.rawValue, LineProtocol.field(record.source),
            LineProtocol.field(record.message),
        ])
    }

    private func clearLog() -> LineReply {
        let seconds = machine.seconds
        machine.chassis.withChassis { chassis, _ in chassis.eventLog.clear(seconds: seconds) }
        return .ok
    }
}

extension PowerAction {
    /// The word of the line protocol, which is that of `docs/driver-json.md` too.
    var lineName: String { self == .softOff ? "soft-off" : rawValue }

    init?(lineName: some StringProtocol) {
        guard let action = Self.allCases.first(where: { $0.lineName == lineName }) else { return nil }
        self = action
    }
}

extension PowerState {
    var lineName: String {
        switch self {
        case .off: "off"
        case .on: "on"
        case .turningOn: "turning-on"
        case .turningOff: "turning-off"
        }
    }
}

extension BootOverride {
    var lineText: String {
        "\(target.rawValue) \(persistent ? "persistent" : "once") \(mode?.rawValue ?? "any")"
    }
}
