// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    /// `Status` of a sensor: absent ones have never a reading, those without power have none now.
    static func status(_ sensor: Sensor, _ chassis: Chassis) -> JSON {
        guard sensor.value == nil, sensor.kind != .discrete else {
            return ["State": "Enabled", "Health": health(sensor.health)]
        }
        let isPresent = chassis.sensors.first { $0.name == sensor.name }?.value != nil
        return ["State": isPresent ? "UnavailableOffline" : "Absent"]
    }

    static func health(_ health: Sensor.Health) -> JSON {
        switch health {
        case .ok: "OK"
        case .warning: "Warning"
        case .critical: "Critical"
        }
    }

    private static func thresholds(_ sensor: Sensor) -> [JSON.Member] {
        let limits: JSON = [
            "UpperThresholdNonCritical": sensor.upperWarning.map(JSON.reading),
            "UpperThresholdCritical": sensor.upperCritical.map(JSON.reading),
            "LowerThresholdNonCritical": sensor.lowerWarning.map(JSON.reading),
            "LowerThresholdCritical": sensor.lowerCritical.map(JSON.reading),
        ]
        return limits.members
    }

    /// `Thermal` and `Power`, which older services have.
    static func thermalRoutes(_ profile: RedfishProfile) -> [Route] {
        let thermal = "\(profile.chassisPath)/Thermal"
        let power = "\(profile.chassisPath)/Power"
        @Sendable func items(
            _ service: RedfishService, _ kind: Sensor.Kind, _ path: String, _ list: String,
            _ reading: (Sensor) -> JSON
        ) -> JSON {
            let chassis = service.machine.chassis.snapshot
            let sensors = service.machine.sensors.filter { $0.kind == kind }
            return .array(
                sensors.enumerated().map { index, sensor in
                    let head: JSON = [
                        "@odata.id": .string("\(path)#/\(list)/\(index)"), "MemberId": .string("\(index)"),
                        "Name": .string(sensor.name),
                    ]
                    let tail: JSON = ["Status": Self.status(sensor, chassis)]
                    return .object(head.members + reading(sensor).members + Self.thresholds(sensor) + tail.members)
                })
        }
        return [
            Route(thermal) { service, _ in
                .resource(
                    "Thermal", thermal, name: "Thermal",
                    [
                        "Temperatures": items(service, .temperature, thermal, "Temperatures") { sensor in
                            ["ReadingCelsius": .reading(sensor.value), "PhysicalContext": "SystemBoard"]
                        },
                        "Fans": items(service, .fan, thermal, "Fans") { sensor in
                            ["Reading": .reading(sensor.value), "ReadingUnits": "RPM"]
                        },
                    ])
            },
            Route(power) { service, _ in
                let watts = service.machine.sensors.first { $0.kind == .power }
                return .resource(
                    "Power", power, name: "Power",
                    [
                        "PowerControl": [
                            [
                                "@odata.id": .string("\(power)#/PowerControl/0"), "MemberId": "0",
                                "Name": .string(watts?.name ?? "System Power"),
                                "PowerConsumedWatts": .reading(watts?.value),
                                "Status": ["State": "Enabled", "Health": "OK"],
                            ]
                        ],
                        "Voltages": items(service, .voltage, power, "Voltages") { sensor in
                            ["ReadingVolts": .reading(sensor.value)]
                        },
                        "PowerSupplies": .array(
                            service.supplies.enumerated().map { index, supply in
                                var own = service.supplyMembers(supply)
                                own["@odata.id"] = .string("\(power)#/PowerSupplies/\(index)")
                                own["MemberId"] = .string("\(index)")
                                own["Name"] = .string(supply.name)
                                return own
                            }),
                    ])
            },
        ]
    }

    /// The sensors that tell of power supplies (IPMI sensor type 08h).
    var supplies: [Sensor] { machine.sensors.filter { $0.kind == .discrete && $0.discreteType == 0x08 } }

    /// A power supply by what its sensor asserts: bit 0 presence, bit 1 failure, bit 3 input lost.
    func supplyMembers(_ sensor: Sensor) -> JSON {
        let isPresent = sensor.states.contains(0)
        let failed = !sensor.states.isDisjoint(with: [1, 3])
        return [
            "Manufacturer": "Simulated", "Model": "PSU 800 W",
            "SerialNumber": .string("SIM-\(Self.identifier(sensor.name))"),
            "FirmwareVersion": "1.0", "PowerCapacityWatts": 800,
            "Status": isPresent ? ["State": "Enabled", "Health": failed ? "Critical" : "OK"] : ["State": "Absent"],
        ]
    }
}
