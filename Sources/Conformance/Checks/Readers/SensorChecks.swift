// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import Host

/// Check 35.
enum SensorChecks {
    private static let units: [String: Set<String>] = [
        "temperature": ["celsius"], "voltage": ["volt"], "current": ["ampere"], "fan": ["rpm", "percent"],
        "power": ["watt"], "energy": ["joule"], "humidity": ["percent"], "frequency": ["hertz"],
    ]

    static func sensors(_ run: CheckRun) async throws {
        let (target, device) = try await run.open { $0.chassis = .running() }
        let first = try await read(device)
        let truth = target.chassis.snapshot.sensors
        try require(!first.isEmpty, "the machine's sensors are told", "none is")
        var compared = 0
        for sensor in truth where sensor.kind != .discrete {
            guard let told = first.first(where: { matches($0["name"]?.string, sensor.name) }) else { continue }
            compared += 1
            try compare(told, sensor)
        }
        run.note("\(first.count) sensors told, \(compared) compared with the machine's own")
        // The machine goes off: what needs power has no reading any more.
        _ = target.chassis.perform(.off)
        _ = try await target.wait { $0.power == .off }
        for told in try await read(device) {
            guard let name = told["name"]?.string,
                let sensor = truth.first(where: { matches(name, $0.name) && $0.needsPower && $0.kind != .discrete })
            else { continue }
            let value = told["value"]
            try require(
                value?.isNull != false,
                "\(sensor.name), which reads only with power, has the value null when it is off",
                "its value is \(value?.text ?? "missing")")
        }
        try await device.close()
    }

    private static func read(_ device: Device) async throws -> [JSONValue] {
        let answer = try requireOK(await device.read(.sensors, .within(.seconds(60))))
        return try answer.emitted("sensor").map { bytes in
            let sensor: JSONValue
            do throws(JSONError) { sensor = try JSONParser.parse(bytes) } catch {
                throw CheckStop.failed(
                    expected: "each sensor is JSON",
                    seen: "\(error): \(String(decoding: bytes.prefix(200), as: UTF8.self))")
            }
            try judge(sensor)
            return sensor
        }
    }

    /// What every sensor must be like (docs/driver-json.md).
    private static func judge(_ sensor: JSONValue) throws {
        let shown = String(sensor.text.prefix(300))
        try require(sensor["id"]?.string != nil && sensor["name"]?.string != nil, "a sensor has id and name", shown)
        let kind = sensor["kind"]?.string ?? ""
        try require(
            units[kind] != nil || ["discrete", "other"].contains(kind), "a sensor's kind is one of the list", shown)
        let state = sensor["state"]?.string ?? ""
        try require(
            ["ok", "warning", "critical", "unknown"].contains(state), "state is ok, warning, critical or unknown", shown
        )
        if kind == "discrete" {
            guard case .array = sensor["states"] ?? .null else {
                throw CheckStop.failed(expected: "a discrete sensor has states, a list", seen: shown)
            }
            return
        }
        if let allowed = units[kind] {
            try require(
                sensor["unit"]?.string.map(allowed.contains) == true,
                "the unit of \(kind) is \(allowed.sorted().joined(separator: " or "))", shown)
        }
        guard let value = sensor["value"] else {
            throw CheckStop.failed(expected: "a sensor has a value, or null", seen: shown)
        }
        try require(value.isNull || value.double != nil, "value is a number or null", shown)
        if value.isNull { try require(state == "unknown", "without a reading the state is unknown", shown) }
        for threshold in sensor["thresholds"]?.members ?? [] {
            try require(
                ["lower_critical", "lower_warning", "upper_warning", "upper_critical"].contains(threshold.key)
                    && threshold.value.double != nil,
                "thresholds are numbers with the names of the list", shown)
        }
    }

    private static func compare(_ told: JSONValue, _ sensor: Sensor) throws {
        guard let value = sensor.value else {
            try require(
                told["value"]?.isNull != false, "\(sensor.name), which has no reading, has the value null and not 0",
                "its value is \(told["value"]?.text ?? "missing")")
            return
        }
        guard let number = told["value"]?.double else {
            throw CheckStop.failed(expected: "\(sensor.name) reads \(value)", seen: told["value"]?.text ?? "no value")
        }
        // Sensors are read through steps as coarse as the BMC's own numbers.
        try require(
            abs(number - value) <= max(0.02 * abs(value), 0.6), "\(sensor.name) reads \(value)", "it reads \(number)")
        for (name, limit) in [
            ("lower_critical", sensor.lowerCritical), ("lower_warning", sensor.lowerWarning),
            ("upper_warning", sensor.upperWarning), ("upper_critical", sensor.upperCritical),
        ] {
            guard let limit, let said = told["thresholds"]?[name]?.double else { continue }
            try require(
                abs(said - limit) <= max(0.03 * abs(limit), 1), "\(name) of \(sensor.name) is \(limit)", "it is \(said)"
            )
        }
    }

    private static func matches(_ one: String?, _ other: String) -> Bool {
        func plain(_ text: String) -> String { text.lowercased().filter { $0.isLetter || $0.isNumber } }
        return one.map { plain($0) == plain(other) } ?? false
    }
}
