// SPDX-License-Identifier: Apache-2.0
public import PluginKit

extension RedfishDevice: SensorReading {
    /// Emits the sensors of the system's chassis.
    ///
    /// Those of the Sensors collections come first. What they have none of at all - temperatures, fans, voltages, power - is
    /// taken from Thermal and Power, or else from the excerpts in ThermalSubsystem and EnvironmentMetrics: some services list
    /// a few sensors in the one place and most in the other, or sensors that do not tell what they measure.
    public func sensors(query: String?, _ call: borrowing Call) throws(PluginError) {
        let chassis = try allChassis(of: system(call), call)
        guard !chassis.isEmpty else { throw PluginError(.unsupported, "the service has no chassis") }
        var own: [SensorReport] = []
        for (index, one) in chassis.enumerated() {
            call.progress(UInt32(index * 500 / chassis.count), one.id)
            own += try client.resources(of: one.link("Sensors"), call).map(SensorReport.init(sensor:))
        }
        let kinds = Set(own.map(\.kind))
        var more: [SensorReport] = []
        for (index, one) in chassis.enumerated() {
            call.progress(UInt32(500 + index * 500 / chassis.count), one.id)
            var found = try legacySensors(of: one, call)
            if found.isEmpty { found = try excerpts(of: one, without: kinds, call) }
            more += found.filter { !kinds.contains($0.kind) }
        }
        // A sensor that does not tell what it measures is told by the place that does.
        let names = Set(more.map(\.name))
        own.removeAll { $0.kind == "other" && $0.unit == nil && names.contains($0.name) }
        var seen: Set<String> = []
        for sensor in own + more where seen.insert(sensor.id).inserted {
            try call.emit("sensor", sensor.json.encoded)
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

    /// - Parameter kinds: what is known already and is not looked for.
    private func excerpts(
        of chassis: Resource, without kinds: Set<String>, _ call: borrowing Call
    ) throws(PluginError) -> [SensorReport] {
        var found: [SensorReport] = []
        let base = Component.id(of: chassis.path)
        let hasThermal = kinds.contains("temperature") && kinds.contains("fan")
        if !hasThermal, let thermal = try client.optional(chassis.link("ThermalSubsystem"), call) {
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
        let metrics = kinds.contains("power") ? nil : chassis.link("EnvironmentMetrics")
        let environment = try client.optional(metrics, call)
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
