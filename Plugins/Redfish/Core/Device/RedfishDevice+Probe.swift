// SPDX-License-Identifier: Apache-2.0
public import PluginKit

extension RedfishDevice {
    /// Reads root, system and manager and emits what they say this machine can do.
    ///
    /// Nothing is changed. The identity is what quirks are matched with.
    public func probe(_ call: borrowing Call) throws(PluginError) {
        let system = try system(call)
        let root = try client.serviceRoot(call)
        let managers = try managers(of: system, call)
        let chassis = try chassis(of: system, call)
        let report = JSON.members([
            "identity": Self.identity(root, system, managers.first),
            "web": .string(configuration.origin.text + "/"),
            "power": try powerCapability(system, call),
            "boot": bootCapability(system),
            "inventory": Self.answer("yes", "\(system.path): \(system["@odata.type"]?.text ?? "a system")"),
            "sensors": sensorCapability(chassis),
            "eventlog": try eventLogCapability(system, managers, call),
            "media": try mediaCapability(system, managers, call),
            "firmware": try firmwareCapability(root, call),
            "console": Self.consoleCapability(system, managers.first),
            "vendor": Self.answer("yes", "methods of the driver", ["methods": .list(Self.vendorMethods)]),
            "sweep": Self.answer("yes", "PowerState and Status of \(system.path)"),
            "session": .members([
                "address": .string(configuration.origin.text), "login": .string(client.login.name),
                "quirks": .list(quirks.map(\.rawValue).sorted()),
            ]),
        ])
        try call.emit("capabilities", report.encoded)
    }

    static func answer(_ answer: String, _ evidence: String, _ more: [String: JSON] = [:]) -> JSON {
        .object(more.merging(["answer": .string(answer), "evidence": .string(evidence)]) { $1 })
    }

    static func identity(_ root: Resource, _ system: Resource, _ manager: Resource?) -> JSON {
        .members([
            "vendor": .text(system["Manufacturer"]?.trimmedText ?? root["Vendor"]?.trimmedText),
            "model": .text(system["Model"]?.trimmedText ?? root["Product"]?.trimmedText),
            "serial": .text(system["SerialNumber"]?.trimmedText),
            "firmware": .text(manager?["FirmwareVersion"]?.trimmedText),
            "service": .text(root["Vendor"]?.trimmedText), "product": .text(root["Product"]?.trimmedText),
            "bmc": .text(manager?["Model"]?.trimmedText), "redfish": .text(root["RedfishVersion"]?.trimmedText),
            "bios": .text(system["BiosVersion"]?.trimmedText), "system": .string(system.id),
        ])
    }

    private func powerCapability(_ system: Resource, _ call: borrowing Call) throws(PluginError) -> JSON {
        guard let reset = system.action("ComputerSystem.Reset"), reset["target"]?.text != nil else {
            return Self.answer("no", "\(system.path): no ComputerSystem.Reset action", ["actions": []])
        }
        guard let values = try resetValues(of: reset, call) else {
            return Self.answer("yes", "PowerState \(system["PowerState"]?.text ?? "null"); Reset lists no values")
        }
        return Self.answer(
            "yes", "PowerState \(system["PowerState"]?.text ?? "null"); Reset takes \(values.joined(separator: ", "))",
            ["actions": .list(Self.actions(in: values).map(\.name))])
    }

    private func bootCapability(_ system: Resource) -> JSON {
        guard let boot = try? boot(of: system) else {
            return Self.answer("no", "\(system.path): no Boot property", ["targets": []])
        }
        let hasMode = boot.mode != nil && !quirks.contains(.noBootMode)
        let modes = boot.modes?.map { $0.lowercased() } ?? ["uefi", "legacy"]
        let persistent =
            if quirks.contains(.bootOnceOnly) { "no" } else if let values = boot.enabledValues {
                values.contains("Continuous") ? "yes" : "no"
            } else { "unknown" }
        return Self.answer(
            "yes",
            "Boot: \(boot.enabled ?? "no BootSourceOverrideEnabled"), \(boot.target ?? "no target"), "
                + "\(boot.mode ?? "no mode"); takes \(boot.targets?.joined(separator: ", ") ?? "what it does not list")",
            [
                "targets": .list(boot.bootTargets.map { "\($0)" }), "persistent": .string(persistent),
                "modes": .list(hasMode ? modes : []),
            ])
    }

    /// Redfish carries no console; the service may say where one is.
    private static func consoleCapability(_ system: Resource, _ manager: Resource?) -> JSON {
        var ways: [String] = []
        if let console = system["SerialConsole"] {
            for (name, word) in [("SSH", "SSH"), ("IPMI", "IPMI"), ("Telnet", "Telnet")] {
                guard let way = console[name], way["ServiceEnabled"]?.bool == true else { continue }
                ways.append(word + (way["Port"]?.integer.map { " on port \($0)" } ?? ""))
            }
        }
        if ways.isEmpty, let console = manager?["SerialConsole"], console["ServiceEnabled"]?.bool != false {
            ways = console["ConnectTypesSupported"]?.texts ?? []
        }
        let hint =
            ways.isEmpty ? "the service names no serial console" : "the service offers \(ways.joined(separator: ", "))"
        return answer("no", "Redfish carries no console; \(hint)")
    }
}

extension Client.Login {
    var name: String {
        switch self {
        case .unknown: "none"
        case .basic: "basic"
        case .session: "session"
        }
    }
}
