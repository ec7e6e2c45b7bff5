// SPDX-License-Identifier: Apache-2.0
public import PluginKit

/// Machines without any control of their power: a person presses the button.
///
/// The driver tells the host so, with the place of the machine; the job that needs the button waits there until somebody
/// confirms it. Nothing is ever sent, and nothing is known of the machine's state.
public struct ManualDriver: Driver {
    /// Id, version and schema, as in `plugin.json`.
    public static let descriptor = PluginDescriptor(
        id: "dev.ingot.manual", name: "A person at the machine", vendor: "Ingot", version: "1.0.0",
        license: "Apache-2.0", configSchema: ManualConfiguration.schema)

    /// Makes the driver; it has no settings.
    public init() {}

    /// Checks the configuration.
    public func open(configuration json: String, _ call: borrowing Call) throws(PluginError) -> ManualDevice {
        ManualDevice(configuration: try ManualConfiguration(json: json))
    }
}

/// One machine that a person switches.
public struct ManualDevice: PowerControl {
    let configuration: ManualConfiguration

    /// What a person can do with a power button.
    public static let powerActions: [PowerAction] = [.on, .off, .cycle]

    /// Tells that a person does it, and where.
    public func probe(_ call: borrowing Call) throws(PluginError) {
        try call.emit(
            "capabilities",
            json: Capabilities(
                power: .init(
                    evidence: "nothing controls it; a person presses the button",
                    actions: Self.powerActions.map(\.name), hint: configuration.hint)))
    }

    /// Always unknown: nothing can be asked.
    public func powerState(_ call: borrowing Call) throws(PluginError) -> PowerState { .unknown }

    /// Throws `unsupported`: the host asks a person instead of the driver.
    public func setPower(_ action: PowerAction, _ call: borrowing Call) throws(PluginError) {
        throw PluginError(.unsupported, "\(action.name): only a person can do it (\(configuration.hint))")
    }

    private struct Capabilities: Encodable {
        struct Power: Encodable {
            var answer = "yes"
            var by = "person"
            var evidence: String
            var actions: [String]
            var hint: String
        }

        var identity = ["vendor": "none", "model": "manual"]
        var power: Power
    }
}
