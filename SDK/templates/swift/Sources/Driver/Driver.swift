// SPDX-License-Identifier: 0BSD
import PluginKit
import Synchronization

/// Makes devices from configurations the host has checked against the schema in Plugin.swift.
struct LineDriver: Driver {
    private struct Configuration: Decodable {
        let host: String
        let port: UInt16
        let username: String
    }

    func open(configuration json: String, _ call: borrowing Call) throws(PluginError) -> LineDevice {
        let configuration = try JSONText.decode(Configuration.self, from: json, as: "$")
        guard configuration.username.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalid(field: "$.username", "must be printable ASCII without spaces")
        }
        let device = LineDevice(
            LineSession(host: configuration.host, port: configuration.port, user: configuration.username))
        _ = try device.powerState(call)  // signs in
        return device
    }
}

/// Power and boot device of one machine.
final class LineDevice: DriverDevice {
    private let session: Mutex<LineSession>

    init(_ session: LineSession) {
        self.session = Mutex(session)
    }

    private func ask(
        _ request: String, _ call: borrowing Call, _ kind: LineSession.Kind = .reads
    ) throws(PluginError) -> String {
        // Calls for one device come one after another, so nobody waits here.
        try session.withLock { session throws(PluginError) in try session.ask(request, call, kind) }
    }

    private static let nonsense = PluginError(.protocol, "the BMC answered what the line protocol does not know")

    // What the host reads as docs/driver-json.md of Ingot says.
    private struct Capabilities: Encodable {
        struct Identity: Encodable {
            let vendor, model, serial, firmware: String
        }
        struct Power: Encodable {
            let answer = "yes"
            let evidence: String
            let actions: [String]
        }
        struct Boot: Encodable {
            let answer = "yes"
            let evidence: String
            let targets, modes: [String]
            let persistent: String
        }
        let identity: Identity
        let power: Power
        let boot: Boot
    }

    /// What this machine can do, and how we know.
    func probe(_ call: borrowing Call) throws(PluginError) {
        let identity = try ask("identity", call).split(separator: "\t", omittingEmptySubsequences: false).map(
            String.init)
        let features = try ask("features", call)
        let can = features.split(separator: "\t", omittingEmptySubsequences: false)
            .map { $0.split(separator: ",").map(String.init) }
        guard identity.count == 4, can.count == 4 else { throw Self.nonsense }
        let evidence = features.replacing("\t", with: " ")
        let capabilities = Capabilities(
            identity: .init(vendor: identity[0], model: identity[1], serial: identity[2], firmware: identity[3]),
            power: .init(evidence: evidence, actions: can[0]),
            boot: .init(
                evidence: evidence, targets: can[1], modes: can[3],
                persistent: can[2].contains("persistent") ? "yes" : "no"))
        try call.emit("capabilities", json: capabilities)
    }
}

extension LineDevice: PowerControl {
    static let powerActions = PowerAction.allCases

    func powerState(_ call: borrowing Call) throws(PluginError) -> PowerState {
        switch try ask("power?", call) {
        case "on": .on
        case "off": .off
        case "turning-on", "turning-off": .changing
        default: throw Self.nonsense
        }
    }

    func setPower(_ action: PowerAction, _ call: borrowing Call) throws(PluginError) {
        let word = action == .softOff ? "soft-off" : "\(action)"
        _ = try ask("power \(word)", call, .changes)
    }
}

extension LineDevice: BootControl {
    static let bootTargets = BootTarget.allCases

    func bootSetting(_ call: borrowing Call) throws(PluginError) -> BootSetting {
        let words = try ask("boot?", call).split(separator: " ").map(String.init)
        guard words.count == 3, let target = BootTarget.allCases.first(where: { "\($0)" == words[0] }) else {
            throw Self.nonsense
        }
        return BootSetting(
            target: target, persistent: words[1] == "persistent", firmware: BootFirmware(rawValue: words[2]))
    }

    func setBoot(_ setting: BootSetting, _ call: borrowing Call) throws(PluginError) {
        let duration = setting.persistent ? "persistent" : "once"
        let mode = setting.firmware?.rawValue ?? "any"
        _ = try ask("boot set \(setting.target) \(duration) \(mode)", call, .changes)
    }
}
