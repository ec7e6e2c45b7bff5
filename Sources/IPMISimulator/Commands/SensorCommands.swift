// SPDX-License-Identifier: Apache-2.0
import BMCModel

extension CommandTable {
    /// Sensors and events (IPMI 2.0 sections 29 and 35).
    static let sensor: [UInt8: Command] = [
        // Platform Event: revision, then what an event record has from its sensor type on.
        0x02: Command(.operator, changes: true) { bmc, data, _ throws(CompletionCode) in
            guard try data.byte() == 0x04 else { throw .invalidField }
            let event = try data.bytes(6)
            bmc.addEvent([0, 0, 0x02, 0, 0, 0, 0, 0x41, 0x00, 0x04] + event)
            return []
        },
        0x23: Command(.user) { bmc, data, _ throws(CompletionCode) in
            let (_, sensor) = try bmc.sensor(try data.byte())
            let reading = try data.byte()
            guard sensor.kind != .discrete else { throw .invalidField }
            return [reading] + sensor.factors.encoded
        },
        0x24: Command(.operator, changes: true) { bmc, data, _ throws(CompletionCode) in
            let number = try data.byte()
            _ = try bmc.sensor(number)
            _ = try data.byte()
            bmc.hysteresis[number] = try data.bytes(2)
            return []
        },
        0x25: Command(.user) { bmc, data, _ throws(CompletionCode) in
            let number = try data.byte()
            let (_, sensor) = try bmc.sensor(number)
            guard sensor.kind != .discrete else { throw .invalidField }
            return bmc.hysteresis[number] ?? [SensorRecords.hysteresis, SensorRecords.hysteresis]
        },
        0x26: Command(.operator, changes: true) { bmc, data, _ throws(CompletionCode) in
            try bmc.setThresholds(try data.byte(), mask: try data.byte(), values: try data.bytes(6))
            return []
        },
        0x27: Command(.user) { bmc, data, _ throws(CompletionCode) in
            let (_, sensor) = try bmc.sensor(try data.byte())
            guard sensor.kind != .discrete else { throw .invalidField }
            return [sensor.thresholdMask] + SensorRecords.thresholdBytes(sensor)
        },
        // Get Sensor Event Enable: all that the record names.
        0x29: Command(.user) { bmc, data, _ throws(CompletionCode) in
            _ = try bmc.sensor(try data.byte())
            return [0xC0, 0xFF, 0x0F, 0xFF, 0x0F]
        },
        0x2B: Command(.user) { bmc, data, _ throws(CompletionCode) in
            _ = try bmc.sensor(try data.byte())
            return [0xC0, 0, 0, 0, 0]
        },
        0x2D: Command(.user) { bmc, data, _ throws(CompletionCode) in try bmc.reading(try data.byte()) },
        0x2F: Command(.user) { bmc, data, _ throws(CompletionCode) in
            let (_, sensor) = try bmc.sensor(try data.byte())
            return [sensor.sensorType, sensor.readingType]
        },
    ]
}

extension BMCCore {
    /// The sensor of this number, which is its place in the machine's list, from 1 on.
    fileprivate func sensor(_ number: UInt8) throws(CompletionCode) -> (index: Int, sensor: Sensor) {
        let sensors = chassis.sensors
        guard number >= 1, Int(number) <= sensors.count else { throw .notPresent }
        return (Int(number) - 1, sensors[Int(number) - 1])
    }

    /// Get Sensor Reading (section 35.14).
    fileprivate func reading(_ number: UInt8) throws(CompletionCode) -> [UInt8] {
        let (_, sensor) = try sensor(number)
        if sensor.kind == .discrete {
            let states = sensor.states.reduce(UInt16(0)) { (0..<15).contains($1) ? $0 | 1 << UInt16($1) : $0 }
            return [0x00, sensor.isReadable ? 0xC0 : 0xE0] + (states | 0x8000).wire
        }
        guard let value = sensor.value else { return [0x00, 0xE0, 0xC0] }
        let factors = sensor.factors
        let raw = factors.raw(value)
        let shown = factors.value(raw)
        let passed = sensor.thresholds.enumerated().reduce(UInt8(0)) { passed, threshold in
            guard let limit = threshold.element.map({ factors.value(factors.raw($0)) }) else { return passed }
            let isPassed = threshold.offset < 3 ? shown <= limit : shown >= limit
            return isPassed ? passed | 1 << UInt8(threshold.offset) : passed
        }
        return [raw, 0xC0, 0xC0 | passed]
    }

    /// Set Sensor Thresholds (section 35.8).
    fileprivate mutating func setThresholds(
        _ number: UInt8, mask: UInt8, values: [UInt8]
    ) throws(CompletionCode) {
        let (index, sensor) = try sensor(number)
        guard sensor.kind != .discrete, mask & 0x3F & ~sensor.thresholdMask == 0 else { throw .invalidField }
        let factors = sensor.factors
        chassis.chassis.withChassis { chassis, _ in
            guard index < chassis.sensors.count else { return }
            for bit in 0..<6 where mask & 1 << UInt8(bit) != 0 {
                let value = factors.value(values[bit])
                switch bit {
                case 0: chassis.sensors[index].lowerWarning = value
                case 1: chassis.sensors[index].lowerCritical = value
                case 3: chassis.sensors[index].upperWarning = value
                case 4: chassis.sensors[index].upperCritical = value
                default: break
                }
            }
        }
    }
}
