// SPDX-License-Identifier: Apache-2.0
public import PluginKit

extension RedfishDevice: SensorReading {
    /// Emits the sensors of the system's chassis: those of the Sensors collection where there is one, else those of Thermal
    /// and Power, else the excerpts in ThermalSubsystem and EnvironmentMetrics.
    public func sensors(query: String?, _ call: borrowing Call) throws(PluginError) {
        let chassis = try chassis(of: system(call), call)
        guard !chassis.isEmpty else { throw PluginError(.unsupported, "the service has no chassis") }
        var seen: Set<String> = []
        for (index, one) in chassis.enumerated() {
            call.progress(UInt32(index * 1000 / chassis.count), one.id)
            for sensor in try sensors(of: one, call) where seen.insert(sensor.id).inserted {
                try call.emit("sensor", sensor.json.encoded)
            }
        }
    }

    func sensorCapability(_ chassis: [Resource]) -> JSON {
        let sources = ["Sensors", "Thermal", "Power", "ThermalSubsystem", "PowerSubsystem"].filter { name in
            chassis.contains { $0.link(name) != nil }
        }
        return Self.answer(
            sources.isEmpty ? "no" : "yes",
            chassis.isEmpty
                ? "the service has no chassis"
                : "\(chassis.map(\.path).joined(separator: ", ")): \(sources.isEmpty ? "none" : sources.joined(separator: ", "))"
        )
    }

    private func sensors(of chassis: Resource, _ call: borrowing Call) throws(PluginError) -> [SensorReport] {
        var found = try client.resources(of: chassis.link("Sensors"), call).map(SensorReport.init(sensor:))
        if found.isEmpty { found = try legacySensors(of: chassis, call) }
        if found.isEmpty { found = try excerpts(of: chassis, call) }
        return found
    }

    private func legacySensors(of chassis: Resource, _ call: borrowing Call) throws(PluginError) -> [SensorReport] {
        var found: [SensorReport] = []
        if let thermal = try client.optional(chassis.link("Thermal"), call) {
            found += Self.reports(thermal, "Temperatures", "temperature", "celsius", "ReadingCelsius")
            found += Self.reports(thermal, "Fans", "fan", "rpm", "Reading")
        }
        if let power = try client.optional(chassis.link("Power"), call) {
            found += Self.reports(power, "Voltages", "voltage", "volt", "ReadingVolts")
            found += Self.reports(power, "PowerControl", "power", "watt", "PowerConsumedWatts")
            for (index, supply) in (power["PowerSupplies"]?.array ?? []).prefix(64).enumerated() {
                let path = Component.id(of: "\(power.path)#/PowerSupplies/\(index)")
                if let report = SensorReport(discrete: supply, path: path) { found.append(report) }
            }
        }
        return found
    }

    private static func reports(
        _ resource: Resource, _ member: String, _ kind: String, _ unit: String, _ reading: String
    ) -> [SensorReport] {
        (resource[member]?.array ?? []).prefix(512).enumerated().compactMap { index, element in
            SensorReport(
                legacy: element, path: Component.id(of: "\(resource.path)#/\(member)/\(index)"), kind: kind, unit: unit,
                reading: reading)
        }
    }

    private func excerpts(of chassis: Resource, _ call: borrowing Call) throws(PluginError) -> [SensorReport] {
        var found: [SensorReport] = []
        let base = Component.id(of: chassis.path)
        if let thermal = try client.optional(chassis.link("ThermalSubsystem"), call) {
            let metrics = try client.optional(thermal.link("ThermalMetrics"), call)
            for (index, reading) in (metrics?["TemperatureReadingsCelsius"]?.array ?? []).prefix(512).enumerated() {
                let report = SensorReport(
                    excerpt: reading, id: "\(base)/Temperatures/\(index)", name: "Temperature \(index + 1)",
                    kind: "temperature", unit: "celsius")
                if let report { found.append(report) }
            }
            for fan in try client.resources(of: thermal.link("Fans"), call) {
                let report = SensorReport(
                    excerpt: fan["SpeedPercent"], id: Component.id(of: fan.path), name: fan["Name"]?.text ?? fan.id,
                    kind: "fan", unit: "percent")
                if let report { found.append(report) }
            }
        }
        let environment = try client.optional(chassis.link("EnvironmentMetrics"), call)
        let power = SensorReport(
            excerpt: environment?["PowerWatts"], id: "\(base)/PowerWatts", name: "Power", kind: "power", unit: "watt")
        if let power { found.append(power) }
        if let subsystem = try client.optional(chassis.link("PowerSubsystem"), call) {
            for supply in try client.resources(of: subsystem.link("PowerSupplies"), call) {
                let report = SensorReport(discrete: supply.json, path: Component.id(of: supply.path))
                if let report { found.append(report) }
            }
        }
        return found
    }
}
