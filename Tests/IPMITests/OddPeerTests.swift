// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import PluginAPI
import PluginTesting
import Testing

@testable import IPMI

/// `ipmi_sim` with records and inventories as careless makers leave them.
@Suite struct OddPeerTests {
    private static func record(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
        [0x00, 0x00, 0x51, type, UInt8(body.count)] + body
    }

    /// A sound sensor between records that are cut short, of unknown kinds, or contradict themselves.
    private static let records: [[UInt8]] = {
        let sound = RecordBuilder.full(number: 1, name: "Sound", type: 0x01, unit: 1)
        // A name that claims more bytes than there are; a name in 6-bit ASCII and one in BCD; no name at all.
        var longName = RecordBuilder.full(number: 2, name: "Cut", type: 0x01, unit: 1)
        longName[47] = 0xdf
        var packed = RecordBuilder.full(number: 3, name: "\u{29}\u{dc}\u{a6}", type: 0x01, unit: 1)
        packed[47] = 0x80 | UInt8(packed.count - 48)
        var digits = RecordBuilder.full(number: 4, name: "\u{12}\u{34}", type: 0x01, unit: 1)
        digits[47] = 0x40 | UInt8(digits.count - 48)
        let nameless = RecordBuilder.full(number: 5, name: "", type: 0x01, unit: 1)
        // Multiplier 0, a linearization that does not exist, and one over a reading of 0.
        let flat = RecordBuilder.full(number: 6, name: "Flat", type: 0x01, unit: 1, multiplier: 0)
        let strange = RecordBuilder.full(number: 7, name: "Strange", type: 0x01, unit: 1, linearization: 0x6b)
        let inverse = RecordBuilder.full(number: 8, name: "Inverse", type: 0x01, unit: 1, linearization: 0x07)
        // Fifteen sensors in one record, a reading type of the maker, a sensor type of nobody.
        let shared = RecordBuilder.compact(number: 0xf8, name: "Shared", type: 0x0d, shares: 0x0f)
        let makers = RecordBuilder.compact(number: 9, name: "Maker's", type: 0xc5, reading: 0x70)
        let locator = record(
            0x12, [0x24, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, 0x07, 0x01, 0x00, 0xc3, 0x4d, 0x43, 0x31])
        return [
            record(0x01, [0x20]), record(0x01, Array(repeating: 0xff, count: 20)), record(0xc0, [1, 2, 3]),
            record(0x33, []),
            record(0x11, [0x20, 0x05]), longName, packed, digits, nameless, sound, flat, strange, inverse, shared,
            makers,
            locator, sound,
        ]
    }()

    private static let setup =
        records.map(RecordBuilder.command).joined() + """
            sensor_add 0x20 0 1 0x01 0x01
            sensor_set_value 0x20 0 1 0x19 0
            sensor_set_event_support 0x20 0 1 enable scanning per-state 000111111000000 000111111000000 000111111000000 000111111000000
            sensor_add 0x20 0 8 0x01 0x01
            sensor_set_value 0x20 0 8 0x00 0
            sensor_set_event_support 0x20 0 8 enable scanning per-state 000111111000000 000111111000000 000111111000000 000111111000000

            """

    @Test func recordsThatMakeNoSenseHideNoOthers() async throws {
        let bmc = try SimulatedBMC(emulation: Self.setup)
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc).sensors()
        #expect(outcome.status == INGOT_OK, "\(outcome.record.error?.message ?? "")")
        let sensors = outcome.json("sensor")
        // Every answer is JSON, the sound sensor is there with its value, and a value is a number that there is.
        #expect(sensors.count == outcome.record.emitted.count { $0.key == "sensor" })
        let sound = sensors.filter { $0["name"] as? String == "Sound" }
        #expect(!sound.isEmpty && sound.allSatisfy { $0["value"] as? Double == 25 })
        #expect(sensors.allSatisfy { ($0["value"] as? Double)?.isFinite != false })
        let shared = sensors.filter { ($0["name"] as? String)?.hasPrefix("Shared") == true }
        #expect(shared.count == 15)
        #expect(Set(shared.compactMap { $0["name"] as? String }).count == 15)
        #expect(sensors.contains { ($0["name"] as? String) == "12" || ($0["name"] as? String) == "1234" })
    }

    @Test(arguments: 0..<24) func inventoriesOfNoiseAreEmptyOnes(seed: Int) async throws {
        var generator = SeededNoise(UInt64(seed))
        var image = FRUImage.sample
        switch seed % 3 {
        // Noise; a sound one with spoilt bytes; one that points behind its own end.
        case 0: image = (0..<256).map { _ in generator.byte() }
        case 1: for _ in 0..<(seed / 3 + 1) * 4 { image[Int(generator.byte()) % image.count] = generator.byte() }
        default: for place in 1...5 { image[place] = 0xf0 | generator.byte() & 0x0f }
        }
        let bmc = try SimulatedBMC(fru: image, emulation: seed % 2 == 0 ? Self.setup : "")
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        let outcome = await driver.inventory()
        #expect(outcome.status == INGOT_OK, "seed \(seed): \(outcome.record.error?.message ?? "")")
        let components = outcome.json("component")
        #expect(components.count == outcome.record.emitted.count { $0.key == "component" })
        #expect(components.first?["id"] as? String == "system")
        #expect(await driver.powerState().status == INGOT_OK)
    }

    /// The one who may read may read; what asks for more is refused by name, and nothing happens.
    @Test func aUserWhoMayOnlyReadIsTold() async throws {
        let bmc = try SimulatedBMC(emulation: Self.setup)
        defer { bmc.stop() }
        var configuration = DriverUnderTest.configuration(bmc.address, bmc.port)
        configuration["username"] = SimulatedBMC.viewer.name
        configuration["privilege"] = "user"
        let driver = try DriverUnderTest(configuration, password: SimulatedBMC.viewer.password)
        #expect(await driver.powerState().status == INGOT_OK)
        #expect(await driver.sensors().status == INGOT_OK)
        #expect(await driver.setPower(.doOn).status == INGOT_E_FORBIDDEN)
        #expect(await driver.setBoot(Int32(INGOT_BOOT_PXE)).status == INGOT_E_FORBIDDEN)
        #expect(bmc.sets.isEmpty)
    }
}

/// The same noise from the same seed (a linear congruential generator).
private struct SeededNoise {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

    mutating func byte() -> UInt8 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
    }
}
