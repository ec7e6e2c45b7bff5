// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import PluginAPI
import PluginTesting
import Testing

@testable import IPMI

@Suite struct SensorTests {
    private static let setup =
        RecordBuilder.command(
            RecordBuilder.full(number: 1, name: "CPU Temp", type: 0x01, unit: 1, readable: 0b11_1000))
        + RecordBuilder.command(
            RecordBuilder.full(
                number: 2, name: "12V", type: 0x02, unit: 4, multiplier: 63, resultExponent: -3, readable: 0b01_1011))
        + RecordBuilder.command(RecordBuilder.compact(number: 3, name: "PSU1 Status", type: 0x08))
        + RecordBuilder.command(RecordBuilder.full(number: 4, name: "Absent", type: 0x01, unit: 1))
        + RecordBuilder.command(RecordBuilder.fruLocator(device: 1, name: "PSU1", entity: 0x0a))
            + """
            sensor_add 0x20 0 1 0x01 0x01
            sensor_set_value 0x20 0 1 0x3c 0
            sensor_set_threshold 0x20 0 1 settable 111000 0x64 0x5a 0x50 0 0 0
            sensor_set_event_support 0x20 0 1 enable scanning per-state 000111111000000 000111111000000 000111111000000 000111111000000
            sensor_add 0x20 0 2 0x02 0x01
            sensor_set_value 0x20 0 2 0xc0 0
            sensor_set_threshold 0x20 0 2 settable 011011 0 210 200 0 170 180
            sensor_set_event_support 0x20 0 2 enable scanning per-state 000111111000000 000111111000000 000111111000000 000111111000000
            sensor_add 0x20 0 3 0x08 0x6f
            sensor_set_bit 0x20 0 3 0 1 0
            sensor_set_bit 0x20 0 3 1 1 0
            sensor_set_event_support 0x20 0 3 enable scanning per-state 000000000001111 000000000000000 000000000001111 000000000000000

            """

    @Test func sensorsAreThoseIpmitoolSees() async throws {
        let bmc = try SimulatedBMC(emulation: Self.setup)
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        let outcome = await driver.sensors()
        #expect(outcome.status == INGOT_OK, "\(outcome.record.error?.message ?? "")")
        let sensors = outcome.json("sensor")
        #expect(sensors.compactMap { $0["name"] as? String } == ["CPU Temp", "12V", "PSU1 Status", "Absent"])
        let temperature = try #require(sensors.first)
        #expect(temperature["kind"] as? String == "temperature")
        #expect(temperature["unit"] as? String == "celsius")
        #expect(temperature["value"] as? Double == 60)
        #expect(temperature["state"] as? String == "ok")
        #expect(temperature["thresholds"] as? [String: Double] == ["upper_warning": 80, "upper_critical": 90])
        let voltage = sensors[1]
        #expect(voltage["value"] as? Double == 12.096)
        #expect(voltage["unit"] as? String == "volt")
        #expect(
            voltage["thresholds"] as? [String: Double] == [
                "lower_warning": 11.34, "lower_critical": 10.71, "upper_warning": 12.6, "upper_critical": 13.23,
            ])
        let supply = sensors[2]
        #expect(supply["kind"] as? String == "discrete")
        #expect(supply["value"] == nil)
        #expect(supply["states"] as? [String] == ["Presence detected", "Power Supply Failure detected"])
        #expect(supply["state"] as? String == "critical")
        let absent = sensors[3]
        #expect(absent["value"] is NSNull)
        #expect(absent["state"] as? String == "unknown")
        let judged = try await bmc.ipmitool("sensor", "list")
        #expect(judged.contains("CPU Temp         | 60.000     | degrees C  | ok"))
        #expect(judged.contains("12V              | 12.096     | Volts      | ok"))
    }

    @Test func aFRUTheRecordsNameIsPartOfTheInventory() async throws {
        let bmc = try SimulatedBMC(fru: FRUImage.sample, emulation: Self.setup)
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc).inventory()
        #expect(outcome.status == INGOT_OK)
        let components = outcome.json("component")
        let system = try #require(components.first)
        #expect(system["vendor"] as? String == "Ingot Works")
        #expect(system["model"] as? String == "Test Machine")
        #expect(system["serial"] as? String == "PRODUCT-7")
        let supply = try #require(components.last)
        #expect(supply["kind"] as? String == "psu")
        #expect(supply["name"] as? String == "PSU1")
        let ids = components.compactMap { $0["id"] as? String }
        #expect(ids == ["system", "chassis", "bmc", "fru-0", "fru-1"])
    }
}
