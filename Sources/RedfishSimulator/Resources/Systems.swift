// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    static func systemRoutes(_ profile: RedfishProfile, _ behaviours: Set<RedfishBehaviour>) -> [Route] {
        let path = profile.systemPath
        let systems = Route("\(root)/Systems") { service, _ in
            .collection(
                "ComputerSystem", "\(Self.root)/Systems", name: "Systems",
                [service.profile.systemPath] + service.options.otherSystems.map { "\(Self.root)/Systems/\($0)" })
        }
        let other = Route("\(root)/Systems/{other}") { service, exchange in
            guard service.options.otherSystems.contains(exchange["other"]) else { return nil }
            return .resource(
                "ComputerSystem", "\(Self.root)/Systems/\(exchange["other"])", name: "Another system",
                ["SystemType": "Physical", "PowerState": "Off", "Status": ["State": "Enabled", "Health": "OK"]])
        }
        var system = Route(path) { service, exchange in service.systemResource(exchange) }
        let own = [
            PropertyRule("AssetTag", .text(limit: 64)), PropertyRule("HostName", .text(limit: 255)),
            PropertyRule("IndicatorLED", .choice(["Off", "Lit", "Blinking"])),
            PropertyRule("LocationIndicatorActive", .flag),
            PropertyRule("PowerRestorePolicy", .choice(["AlwaysOn", "AlwaysOff", "LastState"])),
        ]
        let takesBoot = !behaviours.contains(.bootViaSettings)
        system.change = ResourceChange(
            rules: { service, _ in own + (takesBoot ? service.bootRules() : []) },
            apply: { service, exchange, values in service.changeSystem(exchange, values) })
        var routes = [
            systems, system, other,
            .action(path, "ComputerSystem.Reset") { service, exchange in service.reset(exchange) },
        ]
        if profile.hasActionInfo, !behaviours.contains(.resetValuesUnlisted) {
            let info = "\(path)/ResetActionInfo"
            routes.append(
                Route(info) { service, _ in
                    .resource(
                        "ActionInfo", info, name: "Reset Action Info",
                        [
                            "Parameters": [
                                [
                                    "Name": "ResetType", "Required": true, "DataType": "String",
                                    "AllowableValues": .texts(service.profile.resetValues),
                                ]
                            ]
                        ])
                })
        }
        if !takesBoot { routes.append(bootSettingsRoute(profile)) }
        if profile.hasBootOptions { routes += bootOptionRoutes(profile) }
        if profile.hasSecureBoot { routes.append(secureBootRoute(profile)) }
        return routes
    }

    private func systemResource(_ exchange: Exchange) -> JSON {
        let chassis = exchange.machine
        let identity = chassis.identity
        let path = profile.systemPath
        let status: JSON = [
            "State": chassis.power.hasPower ? "Enabled" : "StandbyOffline", "Health": health, "HealthRollup": health,
        ]
        let summary: [JSON.Member] = [
            JSON.Member(name: "SystemType", value: "Physical"),
            JSON.Member(name: "Manufacturer", value: .string(identity.vendor)),
            JSON.Member(name: "Model", value: .string(identity.model)),
            JSON.Member(name: "SerialNumber", value: .string(identity.serial)),
            JSON.Member(name: "SKU", value: .string(identity.serial)),
            JSON.Member(name: "PartNumber", value: .string("SIM-\(identity.productID)")),
            JSON.Member(name: "UUID", value: .string(identity.uuidText)),
            JSON.Member(name: "AssetTag", value: .string(system.assetTag)),
            JSON.Member(name: "HostName", value: .string(system.hostName)),
            JSON.Member(name: "BiosVersion", value: .string(identity.biosVersion)),
        ]
        let state: JSON = [
            "PowerState": .string(Self.powerName(machine.power)), "Status": status, "Boot": boot(),
            "BootProgress": ["LastState": .string(bootProgress(chassis))],
            "PowerRestorePolicy": .string(system.restorePolicy),
            "IndicatorLED": chassis.isIdentifying ? "Blinking" : .string(system.indicator),
            "LocationIndicatorActive": .bool(chassis.isIdentifying),
        ]
        let links: JSON = [
            "ProcessorSummary": [
                "Count": .integer(Int64(chassis.hardware.processors)),
                "CoreCount": .integer(Int64(chassis.hardware.processors * chassis.hardware.coresPerProcessor)),
                "Model": .string(chassis.hardware.processorModel), "Status": ["State": "Enabled", "Health": "OK"],
            ],
            "MemorySummary": [
                "TotalSystemMemoryGiB": .integer(chassis.hardware.memoryBytes >> 30),
                "Status": ["State": "Enabled", "Health": "OK"],
            ],
            "Processors": .link("\(path)/Processors"), "Memory": .link("\(path)/Memory"),
            "EthernetInterfaces": .link("\(path)/EthernetInterfaces"),
            "Storage": profile.hasStorage ? .link("\(path)/Storage") : nil,
            "LogServices": profile.hasLogs && !profile.logIsManagers ? .link("\(path)/LogServices") : nil,
            "VirtualMedia": profile.hasMedia && profile.mediaPlace == .system ? .link("\(path)/VirtualMedia") : nil,
            "Bios": profile.hasBios ? .link("\(path)/Bios") : nil,
            "SecureBoot": profile.hasSecureBoot ? .link("\(path)/SecureBoot") : nil,
            "Links": [
                "Chassis": [.link(profile.chassisPath)], "ManagedBy": [.link(profile.managerPath)],
            ],
            "Actions": ["#ComputerSystem.Reset": resetAction()],
            "@Redfish.Settings": behaves(.bootViaSettings) ? Self.settings(at: "\(path)/Settings") : nil,
            "Oem": oem(systemOem(chassis)),
        ]
        return .resource("ComputerSystem", path, name: "System", .object(summary + state.members + links.members))
    }

    static func settings(at path: String) -> JSON {
        [
            "@odata.type": "#Settings.v1_3_5.Settings", "SettingsObject": .link(path),
            "SupportedApplyTimes": ["OnReset"],
        ]
    }

    private func systemOem(_ chassis: Chassis) -> JSON {
        var own = profile.systemOem
        // HPE and Lenovo tell how far the self-test is; clients wait for it.
        if own["PostState"] != nil {
            own["PostState"] =
                !chassis.power.hasPower ? "PowerOff" : chassis.isBooted ? "FinishedPost" : "InPost"
        }
        if own["SystemStatus"] != nil {
            own["SystemStatus"] =
                !chassis.power.hasPower
                ? "SystemPowerOff" : chassis.isBooted ? "BootingOSOrInUndetectedOS" : "SystemRunningInPOST"
        }
        return own
    }

    /// The health of the whole, from the sensors.
    var health: JSON {
        let states = machine.sensors.map(\.health)
        return states.contains(.critical) ? "Critical" : states.contains(.warning) ? "Warning" : "OK"
    }

    static func powerName(_ power: PowerState) -> String {
        switch power {
        case .off: "Off"
        case .on: "On"
        case .turningOn: "PoweringOn"
        case .turningOff: "PoweringOff"
        }
    }

    private func bootProgress(_ chassis: Chassis) -> String {
        guard chassis.power.hasPower else { return "None" }
        return chassis.isBooted ? "OSRunning" : "SystemHardwareInitializationComplete"
    }

    private mutating func changeSystem(_ exchange: Exchange, _ values: [String: JSON]) -> ResourceChange.Outcome {
        let boot = values.filter { $0.key.hasPrefix("Boot/") }
        if !boot.isEmpty, case .refused(let response) = changeBoot(exchange, boot) { return .refused(response) }
        if let tag = values["AssetTag"]?.text { system.assetTag = tag }
        if let name = values["HostName"]?.text { system.hostName = name }
        if let policy = values["PowerRestorePolicy"]?.text { system.restorePolicy = policy }
        let isLit = values["LocationIndicatorActive"]?.flag ?? values["IndicatorLED"]?.text.map { $0 != "Off" }
        if let isLit {
            machine.chassis.withChassis { chassis, now in chassis.identify(for: isLit ? nil : .zero, at: now) }
            system.indicator = values["IndicatorLED"]?.text ?? (isLit ? "Lit" : "Off")
        }
        return .done
    }

    private static func secureBootRoute(_ profile: RedfishProfile) -> Route {
        let path = "\(profile.systemPath)/SecureBoot"
        var route = Route(path) { service, exchange in
            let isOn = service.system.secureBoot && exchange.machine.hardware.firmwareMode == .uefi
            return .resource(
                "SecureBoot", path, name: "UEFI Secure Boot",
                [
                    "SecureBootEnable": .bool(service.system.secureBoot),
                    "SecureBootCurrentBoot": isOn ? "Enabled" : "Disabled", "SecureBootMode": "UserMode",
                ])
        }
        route.change = ResourceChange([PropertyRule("SecureBootEnable", .flag)]) { service, _, values in
            service.system.secureBoot = values["SecureBootEnable"]?.flag ?? true
            return .done
        }
        return route
    }
}
