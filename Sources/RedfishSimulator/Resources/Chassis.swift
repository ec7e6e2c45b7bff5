// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    static func chassisRoutes(_ profile: RedfishProfile) -> [Route] {
        let path = profile.chassisPath
        let all = Route("\(root)/Chassis") { service, _ in
            .collection("Chassis", "\(Self.root)/Chassis", name: "Chassis Collection", [service.profile.chassisPath])
        }
        var chassis = Route(path) { service, exchange in service.chassisResource(exchange) }
        chassis.change = ResourceChange([
            PropertyRule("AssetTag", .text(limit: 64)), PropertyRule("LocationIndicatorActive", .flag),
        ]) { service, _, values in
            if let tag = values["AssetTag"]?.text { service.system.assetTag = tag }
            if let isLit = values["LocationIndicatorActive"]?.flag {
                service.machine.chassis.withChassis { chassis, now in
                    chassis.identify(for: isLit ? nil : .zero, at: now)
                }
            }
            return .done
        }
        var routes = [all, chassis] + deviceRoutes(profile)
        if profile.hasThermal { routes += thermalRoutes(profile) }
        if profile.hasSensors { routes += sensorRoutes(profile) + subsystemRoutes(profile) }
        return routes
    }

    private func chassisResource(_ exchange: Exchange) -> JSON {
        let identity = exchange.machine.identity
        let path = profile.chassisPath
        let hasSubsystems = profile.hasSensors
        return .resource(
            "Chassis", path, name: "Chassis",
            [
                "ChassisType": "RackMount", "Manufacturer": .string(identity.vendor), "Model": .string(identity.model),
                "SerialNumber": .string(identity.serial), "PartNumber": .string("SIM-\(identity.productID)"),
                "AssetTag": .string(system.assetTag), "PowerState": .string(Self.powerName(machine.power)),
                "LocationIndicatorActive": .bool(exchange.machine.isIdentifying),
                "Status": ["State": "Enabled", "Health": health],
                "Thermal": profile.hasThermal ? .link("\(path)/Thermal") : nil,
                "Power": profile.hasThermal ? .link("\(path)/Power") : nil,
                "ThermalSubsystem": hasSubsystems ? .link("\(path)/ThermalSubsystem") : nil,
                "PowerSubsystem": hasSubsystems ? .link("\(path)/PowerSubsystem") : nil,
                "EnvironmentMetrics": hasSubsystems ? .link("\(path)/EnvironmentMetrics") : nil,
                "Sensors": hasSubsystems ? .link("\(path)/Sensors") : nil,
                "PCIeDevices": .link("\(path)/PCIeDevices"),
                "Links": [
                    "ComputerSystems": [.link(profile.systemPath)], "ManagedBy": [.link(profile.managerPath)],
                    "ManagersInChassis": [.link(profile.managerPath)],
                ],
            ])
    }

    private static func deviceRoutes(_ profile: RedfishProfile) -> [Route] {
        let path = "\(profile.chassisPath)/PCIeDevices"
        @Sendable func id(_ number: Int) -> String { "Slot\(number + 1)" }
        return [
            Route(path) { _, exchange in
                .collection(
                    "PCIeDevice", path, name: "PCIe Devices",
                    exchange.machine.hardware.networkInterfaces.indices.map { "\(path)/\(id($0))" })
            },
            Route("\(path)/{device}") { _, exchange in
                guard
                    let number = exchange.machine.hardware.networkInterfaces.indices.first(where: {
                        id($0) == exchange["device"]
                    })
                else { return nil }
                return .resource(
                    "PCIeDevice", "\(path)/\(id(number))", name: "Network adapter",
                    [
                        "DeviceType": "SingleFunction", "Manufacturer": "Simulated", "Model": "Network adapter",
                        "SerialNumber": .string("SIMNIC\(number + 1)"), "FirmwareVersion": "1.0",
                        "Status": ["State": "Enabled", "Health": "OK"],
                    ])
            },
        ]
    }
}
