// SPDX-License-Identifier: Apache-2.0

/// A sensor as `ingot.sensors/1` tells it, made from any of Redfish's three ways to describe one.
struct SensorReport: Equatable {
    var id: String
    var name: String
    var kind = "other"
    var unit: String?
    var value: Double?
    var states: [String] = []
    /// `OK`, `Warning`, `Critical`.
    var health: String?
    /// By Ingot's names.
    var thresholds: [String: Double] = [:]

    var json: JSON {
        let limits = thresholds.mapValues(JSON.number)
        return .members([
            "id": .string(id), "name": .string(name), "kind": .string(kind), "unit": .text(unit),
            "value": kind == "discrete" ? nil : value.map(JSON.number) ?? .null,
            "states": kind == "discrete" ? .list(states) : nil, "state": .string(state),
            "thresholds": limits.isEmpty ? nil : .object(limits),
        ])
    }

    /// What the service says, or else what the thresholds say; unknown without a reading.
    private var state: String {
        guard kind != "discrete" else { return Self.state(health) ?? "unknown" }
        guard let value else { return "unknown" }
        if let told = Self.state(health) { return told }
        if let limit = thresholds["upper_critical"], value >= limit { return "critical" }
        if let limit = thresholds["lower_critical"], value <= limit { return "critical" }
        if let limit = thresholds["upper_warning"], value >= limit { return "warning" }
        if let limit = thresholds["lower_warning"], value <= limit { return "warning" }
        return "ok"
    }

    private static func state(_ health: String?) -> String? {
        switch health {
        case "OK": "ok"
        case "Warning": "warning"
        case "Critical": "critical"
        default: nil
        }
    }

    // MARK: Sensor schema

    /// A resource of the Sensor schema.
    init(sensor: Resource) {
        id = Component.id(of: sensor.path)
        name = sensor["Name"]?.trimmedText ?? sensor.id
        health = sensor["Status", "Health"]?.text
        let isOff = ["Absent", "Disabled", "UnavailableOffline"].contains(sensor["Status", "State"]?.text)
        value = isOff ? nil : sensor["Reading"]?.double
        let units = sensor["ReadingUnits"]?.text
        (kind, unit) = Self.kind(sensor["ReadingType"]?.text, units, sensor["PhysicalContext"]?.text)
        if sensor["ReadingType"]?.text == "EnergykWh" { value = value.map { $0 * 3_600_000 } }
        let names = [
            ("UpperCritical", "upper_critical"), ("UpperCaution", "upper_warning"),
            ("LowerCaution", "lower_warning"), ("LowerCritical", "lower_critical"),
        ]
        for (theirs, ours) in names { thresholds[ours] = sensor["Thresholds", theirs, "Reading"]?.double }
    }

    private static func kind(_ type: String?, _ units: String?, _ context: String?) -> (String, String?) {
        switch type {
        case "Temperature": ("temperature", "celsius")
        case "Voltage": ("voltage", "volt")
        case "Current": ("current", "ampere")
        case "Rotational": ("fan", units == "%" ? "percent" : "rpm")
        case "Power": ("power", "watt")
        case "EnergyJoules", "EnergykWh": ("energy", "joule")
        case "Humidity": ("humidity", "percent")
        case "Frequency": ("frequency", "hertz")
        case "Percent" where context == "Fan": ("fan", "percent")
        default:
            switch units {
            case "Cel": ("temperature", "celsius")
            case "V": ("voltage", "volt")
            case "A": ("current", "ampere")
            case "RPM", "{rev}/min": ("fan", "rpm")
            case "W": ("power", "watt")
            default: ("other", nil)
            }
        }
    }

    // MARK: Thermal and Power schemas

    /// An element of an array of Thermal or Power (both deprecated, and what most machines have).
    init?(legacy element: JSON, path: String, kind: String, unit: String, reading: String) {
        guard element.object != nil, element[["Status", "State"]]?.text != "Absent" else { return nil }
        id = path
        name = element["Name"]?.trimmedText ?? element["FanName"]?.trimmedText ?? element["MemberId"]?.text ?? path
        self.kind = kind
        self.unit = unit
        value = element[reading]?.double
        health = element[["Status", "Health"]]?.text
        if kind == "fan" {
            value = value ?? element["ReadingRPM"]?.double
            if element["ReadingUnits"]?.text == "Percent" { self.unit = "percent" }
        }
        let names = [
            ("UpperThresholdCritical", "upper_critical"), ("UpperThresholdNonCritical", "upper_warning"),
            ("LowerThresholdNonCritical", "lower_warning"), ("LowerThresholdCritical", "lower_critical"),
        ]
        for (theirs, ours) in names { thresholds[ours] = element[theirs]?.double }
    }

    /// A part whose state is all it tells, such as a power supply.
    init?(discrete element: JSON, path: String) {
        guard let status = element["Status"], status["State"]?.text != "Absent" else { return nil }
        id = path
        name = (element["Name"]?.trimmedText ?? "Power supply") + " status"
        kind = "discrete"
        states = [status["State"]?.text, status["Health"]?.text].compactMap { $0 }
        health = status["Health"]?.text
    }

    /// An excerpt of a sensor, as ThermalMetrics, EnvironmentMetrics and Fan have them.
    init?(excerpt: JSON?, id: String, name: String, kind: String, unit: String) {
        guard let excerpt, excerpt.object != nil else { return nil }
        self.id = excerpt["DataSourceUri"]?.text.map(Component.id) ?? id
        self.name = excerpt["DeviceName"]?.trimmedText ?? name
        self.kind = kind
        self.unit = unit
        value = excerpt["Reading"]?.double
        if kind == "fan", let speed = excerpt["SpeedRPM"]?.double { (value, self.unit) = (speed, "rpm") }
    }
}
