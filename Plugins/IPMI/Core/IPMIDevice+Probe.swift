// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit

extension IPMIDevice {
    /// Logs in, asks each group of commands once and emits what answered.
    ///
    /// Nothing is changed, so what cannot be found out by reading, such as the flags an override keeps, is as far known as
    /// earlier calls have shown.
    public func probe(_ call: borrowing Call) throws(PluginError) {
        let connection = try connect(call)
        let session = connection.session
        let bmc = try BMCComponent(session, call)
        let status = try session.send(.getChassisStatus, call)
        let flags = try session.send(.getBootOption(BootFlags.parameter), call)
        let fru = try session.send(.getFRUAreaInfo(0), call)
        let known = knowledge
        let report = Capabilities(
            power: .init(
                supported: status.isData, evidence: status.evidence(of: .getChassisStatus),
                actions: status.isData ? Self.powerActions.map(\.name) : []),
            boot: .init(
                supported: flags.isData, evidence: flags.evidence(of: .getBootOption(BootFlags.parameter)),
                targets: flags.isData ? Self.bootTargets.map { "\($0)" } : [],
                keeps: known.keepsSelectorOnly ? "device" : flags.isData ? "not yet known" : "nothing"),
            inventory: .init(
                supported: true, evidence: fru.evidence(of: .getFRUAreaInfo(0)),
                components: ["chassis", "bmc"] + (fru.isData ? ["fru"] : [])),
            session: .init(
                address: connection.endpoint.literal, cipherSuite: Int(session.cipherSuite),
                offeredCipherSuites: known.offeredSuites?.map(Int.init),
                privilege: configuration.privilege.rawValue),
            bmc: bmc)
        try call.emit("capabilities", json: report)
    }
}

/// What a BMC can do, and which answer says so.
private struct Capabilities: Encodable {
    struct Power: Encodable {
        var supported: Bool
        var evidence: String
        var actions: [String]
    }

    struct Boot: Encodable {
        var supported: Bool
        var evidence: String
        var targets: [String]
        /// Which parts of an override the BMC keeps.
        var keeps: String
    }

    struct Inventory: Encodable {
        var supported: Bool
        var evidence: String
        var components: [String]
    }

    struct Login: Encodable {
        var address: String
        var cipherSuite: Int
        var offeredCipherSuites: [Int]?
        var privilege: String
    }

    var power: Power
    var boot: Boot
    var inventory: Inventory
    var session: Login
    var bmc: BMCComponent
}

extension Reply {
    var isData: Bool {
        if case .data = self { true } else { false }
    }

    /// The answer in words.
    func evidence(of command: Command) -> String {
        switch self {
        case .data(let bytes): "\(command.name): \(bytes.map(Hex.digits).joined(separator: " "))"
        case .refused(let code): code.pluginError.message
        }
    }
}
