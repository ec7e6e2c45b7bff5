// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    private static func shape(_ kind: Sensor.Kind) -> (type: String, unit: String)? {
        switch kind {
        case .temperature: ("Temperature", "Cel")
        case .voltage: ("Voltage", "V")
        case .fan: ("Rotational", "RPM")
        case .power: ("Power", "W")
        case .current: ("Current", "A")
        case .discrete: nil
        }
    }

    static func sensorRoutes(_ profile: RedfishProfile) -> [Route] {
        let path = "\(profile.chassisPath)/Sensors"
        return [
            Route(path) { service, _ in
                .collection(
                    "Sensor", path, name: "Sensors",
                    service.machine.chassis.snapshot.sensors.filter { $0.kind != .discrete }
                        .map { "\(path)/\(Self.identifier($0.name))" })
            },
            Route("\(path)/{sensor}") { service, exchange in
                guard
                    let sensor = service.machine.sensors.first(where: {
                        Self.identifier($0.name) == exchange["sensor"] && $0.kind != .discrete
                    }), let shape = Self.shape(sensor.kind)
                else { return nil }
                func limit(_ value: Double?) -> JSON? { value.map { ["Reading": .reading($0)] } }
                return .resource(
                    "Sensor", "\(path)/\(Self.identifier(sensor.name))", name: sensor.name,
                    [
                        "ReadingType": .string(shape.type), "Reading": .reading(sensor.value),
                        "ReadingUnits": .string(shape.unit),
                        "Thresholds": [
                            "UpperCaution": limit(sensor.upperWarning), "UpperCritical": limit(sensor.upperCritical),
                            "LowerCaution": limit(sensor.lowerWarning), "LowerCritical": limit(sensor.lowerCritical),
                        ],
                        "Status": Self.status(sensor, exchange.machine),
                    ])
            },
        ]
    }

    /// `ThermalSubsystem`, `PowerSubsystem` and `EnvironmentMetrics`, which newer services have.
    static func subsystemRoutes(_ profile: RedfishProfile) -> [Route] {
        let chassis = profile.chassisPath
        let thermal = "\(chassis)/ThermalSubsystem"
        let power = "\(chassis)/PowerSubsystem"
        @Sendable func source(_ sensor: Sensor) -> JSON {
            .string("\(chassis)/Sensors/\(Self.identifier(sensor.name))")
        }
        return [
            Route(thermal) { service, _ in
                .resource(
                    "ThermalSubsystem", thermal, name: "Thermal Subsystem",
                    [
                        "Fans": .link("\(thermal)/Fans"), "ThermalMetrics": .link("\(thermal)/ThermalMetrics"),
                        "Status": ["State": "Enabled", "Health": service.health],
                    ])
            },
            Route("\(thermal)/ThermalMetrics") { service, _ in
                let sensors = service.machine.sensors.filter { $0.kind == .temperature }
                return .resource(
                    "ThermalMetrics", "\(thermal)/ThermalMetrics", name: "Thermal Metrics",
                    [
                        "TemperatureReadingsCelsius": .array(
                            sensors.map { sensor in
                                [
                                    "DeviceName": .string(sensor.name), "Reading": .reading(sensor.value),
                                    "DataSourceUri": source(sensor),
                                ]
                            })
                    ])
            },
            Route("\(thermal)/Fans") { service, _ in
                .collection(
                    "Fan", "\(thermal)/Fans", name: "Fans",
                    service.machine.sensors.filter { $0.kind == .fan }
                        .map { "\(thermal)/Fans/\(Self.identifier($0.name))" })
            },
            Route("\(thermal)/Fans/{fan}") { service, exchange in
                let fan = service.machine.sensors.first {
                    $0.kind == .fan && Self.identifier($0.name) == exchange["fan"]
                }
                return fan.map { fan in
                    .resource(
                        "Fan", "\(thermal)/Fans/\(Self.identifier(fan.name))", name: fan.name,
                        [
                            "SpeedPercent": [
                                "DataSourceUri": source(fan), "SpeedRPM": .reading(fan.value),
                                "Reading": .reading(fan.value.map { min(100, ($0 / 100).rounded()) }),
                            ],
                            "Status": Self.status(fan, exchange.machine),
                        ])
                }
            },
            Route(power) { service, _ in
                .resource(
                    "PowerSubsystem", power, name: "Power Subsystem",
                    [
                        "PowerSupplies": .link("\(power)/PowerSupplies"),
                        "Status": ["State": "Enabled", "Health": service.health],
                    ])
            },
            Route("\(power)/PowerSupplies") { service, _ in
                .collection(
                    "PowerSupply", "\(power)/PowerSupplies", name: "Power Supplies",
                    service.supplies.map { "\(power)/PowerSupplies/\(Self.identifier($0.name))" })
            },
            Route("\(power)/PowerSupplies/{supply}") { service, exchange in
                service.supplies.first { Self.identifier($0.name) == exchange["supply"] }.map { supply in
                    .resource(
                        "PowerSupply", "\(power)/PowerSupplies/\(Self.identifier(supply.name))", name: supply.name,
                        service.supplyMembers(supply))
                }
            },
            Route("\(chassis)/EnvironmentMetrics") { service, _ in
                func first(_ kind: Sensor.Kind) -> JSON? {
                    service.machine.sensors.first { $0.kind == kind }.map {
                        ["DataSourceUri": source($0), "Reading": .reading($0.value)]
                    }
                }
                return .resource(
                    "EnvironmentMetrics", "\(chassis)/EnvironmentMetrics", name: "Environment Metrics",
                    ["TemperatureCelsius": first(.temperature), "PowerWatts": first(.power)])
            },
        ]
    }
}
