// SPDX-License-Identifier: Apache-2.0
public import PluginKit

/// Switches machines that have no BMC, by PDU outlets over SNMP and by Wake-on-LAN.
public struct OutletDriver: Driver {
    /// Id, version and schema, as in `plugin.json`.
    public static let descriptor = PluginDescriptor(
        id: "dev.ingot.outlet", name: "PDU outlet and Wake-on-LAN", vendor: "Ingot", version: "1.0.0",
        license: "Apache-2.0", configSchema: configSchema)

    /// Makes the driver; it has no settings.
    public init() {}

    /// Checks the configuration; nothing is sent before the first call on the device.
    public func open(configuration json: String, _ call: borrowing Call) throws(PluginError) -> OutletDevice {
        OutletDevice(path: PowerPath(try PowerConfiguration(json: json)))
    }
}

/// One machine behind its outlets. It has power, and no boot order.
public struct OutletDevice: PowerControl {
    let path: PowerPath

    /// On, off and cycle; without an outlet the device refuses all but on.
    public static let powerActions = PowerPath.possibleActions

    /// Reads the outlets and emits what can be done with them.
    public func probe(_ call: borrowing Call) throws(PluginError) {
        var evidence = path.summary
        if path.canReadState { evidence += "; reads \(try path.state(call))" }
        try call.emit(
            "capabilities",
            json: Capabilities(
                identity: ["vendor": "PDU", "model": path.canReadState ? "outlet" : "wake-on-lan"],
                power: .init(answer: "yes", evidence: evidence, actions: path.actions.map(\.name)),
                sweep: .init(answer: path.canReadState ? "yes" : "no", evidence: path.summary)))
    }

    /// What the outlets say, see `PowerPath.state`.
    public func powerState(_ call: borrowing Call) throws(PluginError) -> PowerState { try path.state(call) }

    /// Switches the outlets or wakes the machine, see `PowerPath.set`.
    public func setPower(_ action: PowerAction, _ call: borrowing Call) throws(PluginError) {
        try path.set(action, call)
    }

    private struct Capabilities: Encodable {
        struct Power: Encodable {
            var answer: String
            var evidence: String
            var actions: [String]
        }

        struct Sweep: Encodable {
            var answer: String
            var evidence: String
        }

        var identity: [String: String]
        var power: Power
        var sweep: Sweep
    }
}
