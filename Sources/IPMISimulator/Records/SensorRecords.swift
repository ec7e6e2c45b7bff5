// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// The SDR repository of a machine, built when it is asked for (IPMI 2.0 section 43).
///
/// Record n is sensor n − 1; the locators of the management controller and of the FRU inventories follow.
enum SensorRecords {
    static func count(_ sensors: [Sensor]) -> Int { sensors.count + 1 + FRUInventory.devices.count }

    /// The record of this number, from 1 on; nil when there is none.
    static func record(_ number: Int, of sensors: [Sensor]) -> [UInt8]? {
        guard number >= 1 else { return nil }
        if number <= sensors.count {
            let sensor = sensors[number - 1]
            let body = sensor.kind == .discrete ? compact(sensor, number) : full(sensor, number)
            return header(number, type: sensor.kind == .discrete ? 0x02 : 0x01, body: body)
        }
        if number == sensors.count + 1 { return header(number, type: 0x12, body: controller) }
        let device = number - sensors.count - 2
        guard device < FRUInventory.devices.count else { return nil }
        return header(number, type: 0x11, body: locator(FRUInventory.devices[device]))
    }

    /// Record ID, SDR version, type, length.
    private static func header(_ number: Int, type: UInt8, body: [UInt8]) -> [UInt8] {
        UInt16(clamping: number).wire + [0x51, type, UInt8(clamping: body.count)] + body
    }

    /// Bytes 6 to 14, which full and compact records share.
    private static func key(_ sensor: Sensor, _ number: Int, capabilities: UInt8) -> [UInt8] {
        [
            0x20, 0x00, UInt8(clamping: number), sensor.entity, sensor.instance, 0x7F, capabilities,
            sensor.sensorType, sensor.readingType,
        ]
    }

    /// Table 43-1.
    private static func full(_ sensor: Sensor, _ number: Int) -> [UInt8] {
        let factors = sensor.factors
        let mask = sensor.thresholdMask
        let lower = UInt16(mask & 0x07) << 12
        let upper = UInt16(mask >> 3 & 0x07) << 12
        // Lower thresholds assert when passed downwards, upper ones upwards.
        var events: UInt16 = 0
        for index in 0..<6 where mask & 1 << UInt8(index) != 0 {
            events |= 1 << UInt16(index < 3 ? 2 * index : 2 * index + 1)
        }
        let settings = thresholdBytes(sensor)
        var bytes = key(sensor, number, capabilities: 0x68)
        bytes += (events | lower).wire + (events | upper).wire
        bytes += [mask, mask, factors.isSigned ? 0x80 : 0x00, sensor.unit, 0, 0]
        bytes += factors.encoded
        bytes += [0, 0, 0, 0, factors.isSigned ? 0x7F : 0xFF, factors.isSigned ? 0x80 : 0]
        bytes += [settings[5], settings[4], settings[3], settings[2], settings[1], settings[0]]
        bytes += [hysteresis, hysteresis, 0, 0, 0]
        return bytes + sensor.identifier
    }

    /// What a sensor's hysteresis is by itself.
    static let hysteresis: UInt8 = 1

    /// LNC, LC, LNR, UNC, UC, UNR as bytes of the sensor; 0 for those that are not there.
    static func thresholdBytes(_ sensor: Sensor) -> [UInt8] {
        let factors = sensor.factors
        return sensor.thresholds.map { $0.map(factors.raw) ?? 0 }
    }

    /// Table 43-2.
    private static func compact(_ sensor: Sensor, _ number: Int) -> [UInt8] {
        let states: UInt16 = 0x7FFF
        let masks = states.wire + states.wire + states.wire
        return key(sensor, number, capabilities: 0x40) + masks
            + [0xC0, 0, 0, 0x01, 0x00, 0, 0, 0, 0, 0, 0] + sensor.identifier
    }

    /// Management controller device locator (table 43-9): sensors, SDR, SEL, FRU, chassis.
    private static var controller: [UInt8] {
        [0x20, 0x00, 0x00, 0x8F, 0, 0, 0, 0x06, 0x01, 0x00] + Sensor.identifier("BMC")
    }

    /// FRU device locator (table 43-7).
    private static func locator(_ device: FRUInventory.Device) -> [UInt8] {
        [0x20, device.number, 0x80, 0x00, 0x00, 0x10, 0x00, device.entity, 0x01, 0x00] + Sensor.identifier(device.name)
    }
}
