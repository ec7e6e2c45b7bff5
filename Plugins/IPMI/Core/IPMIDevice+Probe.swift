// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit

extension IPMIDevice {
    /// Logs in, asks each group of commands once and emits what answered.
    ///
    /// Nothing is changed, so what cannot be found out by reading, such as the flags an override keeps, is as far known as
    /// earlier calls have shown.
    public func probe(_ call: borrowing Call) throws(PluginError) {
        try call.emit("capabilities", json: capabilities(call))
    }

    /// What `probe` emits, for a driver that has more to say.
    package func capabilities(_ call: borrowing Call) throws(PluginError) -> Capabilities {
        let conversation = Conversation(self)
        let connection = try conversation.current(call)
        let bmc = try BMCComponent(conversation, quirks: configuration.quirks, call)
        let status = try conversation.send(.getChassisStatus, call)
        let chassis = try conversation.readIfOffered(.getChassisCapabilities, call)
        let flags = try conversation.send(.getBootOption(BootFlags.parameter), call)
        let records = try conversation.send(.getSDRRepositoryInfo, call)
        let log = try conversation.send(.getSELInfo, call)
        let console = try conversation.send(.getSOLParameter(1), call)
        let area = try conversation.send(.getFRUAreaInfo(0), call)
        let fru = area.isData ? try fruBytes(0, conversation, call).map { FRU($0) } : nil
        let known = knowledge
        return Capabilities(
            identity: MachineIdentity(fru, firmware: bmc.firmware),
            web: configuration.webPage,
            power: .init(status, .getChassisStatus) {
                $0.actions = Self.powerActions.filter { $0 != .nmi || Self.offersNMI(chassis) }.map(\.name)
            },
            boot: .init(flags, .getBootOption(BootFlags.parameter)) {
                $0.targets = Self.bootTargets.map { "\($0)" }
                // A BMC that keeps the device alone takes the flags, and does not tell what it makes of them.
                $0.persistent = keepsSelectorOnly ? "unknown" : "yes"
                $0.modes = keepsSelectorOnly ? nil : ["uefi", "legacy"]
                $0.keeps = known.keepsSelectorOnly ? "device" : "not yet known"
            },
            sensors: .init(records, .getSDRRepositoryInfo),
            eventlog: .init(log, .getSELInfo) { $0.clear = configuration.privilege != .user },
            inventory: .init(area, .getFRUAreaInfo(0), always: true),
            console: Self.console(console),
            vendor: .init(answer: "yes", evidence: "IPMI 2.0", methods: VendorMethod.allCases.map(\.rawValue)),
            sweep: .init(answer: "yes", evidence: "Get Chassis Status"),
            session: .init(
                address: connection.endpoint.literal, cipherSuite: Int(connection.session.cipherSuite),
                offeredCipherSuites: known.offeredSuites?.map(Int.init),
                privilege: configuration.privilege.rawValue),
            bmc: bmc)
    }

    /// The BMC says that it has the diagnostic interrupt, or does not say (IPMI 2.0, table 28-2).
    private static func offersNMI(_ capabilities: [UInt8]?) -> Bool {
        guard let flags = capabilities?.first else { return true }
        return flags & 0x04 != 0
    }

    /// SOL that is there and enabled (IPMI 2.0, table 26-5).
    private static func console(_ reply: Reply) -> Capabilities.Item {
        var item = Capabilities.Item(reply, .getSOLParameter(1))
        if case .data(let bytes) = reply, bytes.count >= 2, bytes[1] & 0x01 == 0 {
            item.answer = "no"
            item.evidence += ": SOL is disabled"
        }
        return item
    }
}

/// What a BMC can do, and which answer says so: `capabilities` of the driver contract.
package struct Capabilities: Encodable {
    package struct Item: Encodable {
        var answer: String
        var evidence: String
        var actions: [String]?
        var targets: [String]?
        var persistent: String?
        var modes: [String]?
        /// Which parts of a boot override the BMC keeps.
        var keeps: String?
        var clear: Bool?
        package var methods: [String]?

        init(answer: String, evidence: String, methods: [String]? = nil) {
            self.answer = answer
            self.evidence = evidence
            self.methods = methods
        }

        /// From the answer to a command; `whenOffered` adds what holds for `yes`.
        init(_ reply: Reply, _ command: Command, always: Bool = false, _ whenOffered: (inout Item) -> Void = { _ in }) {
            answer = always ? "yes" : reply.answer
            evidence = reply.evidence(of: command)
            if answer != "no" { whenOffered(&self) }
        }
    }

    struct Login: Encodable {
        var address: String
        var cipherSuite: Int
        var offeredCipherSuites: [Int]?
        var privilege: String
    }

    package var identity: MachineIdentity
    /// Where BMCs have their page for people; IPMI itself tells none.
    var web: String
    var power: Item
    var boot: Item
    var sensors: Item
    var eventlog: Item
    var inventory: Item
    var console: Item
    package var vendor: Item
    /// nil for a driver without sweep.
    package var sweep: Item?
    var session: Login
    var bmc: BMCComponent
}

extension Reply {
    var isData: Bool {
        if case .data = self { true } else { false }
    }

    /// Whether what was asked is there: a passing refusal leaves it open.
    var answer: String {
        switch self {
        case .data: "yes"
        case .refused(let code): code.isTemporary || code.isForbidden ? "unknown" : "no"
        }
    }

    /// The answer in words.
    func evidence(of command: Command) -> String {
        switch self {
        case .data(let bytes): "\(command.name): \(bytes.map(Hex.digits).joined(separator: " "))"
        case .refused(let code): code.pluginError.message
        }
    }
}
