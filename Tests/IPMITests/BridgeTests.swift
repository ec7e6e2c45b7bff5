// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import IPMISimulator
import PluginAPI
import PluginTesting
import Testing

@testable import IPMI

/// Sensors of controllers behind the BMC.
@Suite struct BridgeTests {
    private static let bridge = Command.Bridge(channel: 0, address: 0x30)
    private static let command = Command.getSensorReading(5, unit: 1).via(bridge)

    private static func message(_ bytes: [UInt8]) -> [UInt8] {
        func sum(_ bytes: ArraySlice<UInt8>) -> UInt8 { 0 &- bytes.reduce(0, &+) }
        return bytes[..<2] + [sum(bytes[..<2])] + bytes[2...] + [sum(bytes[2...])]
    }

    /// IPMI 2.0, figure 6-9 and table 22-9: the message of the IPMB inside Send Message, with the BMC as its requester.
    @Test func aRequestIsWrapped() {
        let inner = Self.message([0x30, 0x11, 0x20, 0x0c, 0x2d, 0x05])
        let outer = Self.message([0x20, 0x18, 0x81, 0x0c, 0x34, 0x40] + inner)
        #expect(LinkMessage.request(Self.command, sequence: 3) == outer)
        let other = Command.getSensorReading(5, unit: 0).via(Command.Bridge(channel: 7, address: 0x82))
        #expect(LinkMessage.request(other, sequence: 3)[6] == 0x47)
    }

    @Test func anAnswerComesInOneOfThreeWays() {
        let inner = Self.message([0x20, 0x14, 0x30, 0x0d, 0x2d, 0x00, 0x77, 0xc0])
        let done = LinkMessage.Answer.done(sequence: 3, code: 0, data: [0x77, 0xc0])
        // Inside the answer to Send Message; after an empty one; by itself.
        #expect(
            LinkMessage.answer(Self.message([0x81, 0x1c, 0x20, 0x0c, 0x34, 0x00] + inner), to: Self.command) == done)
        #expect(
            LinkMessage.answer(Self.message([0x81, 0x1c, 0x20, 0x0c, 0x34, 0x00]), to: Self.command)
                == .passedOn(sequence: 3))
        #expect(
            LinkMessage.answer(
                Self.message([0x81, 0x14, 0x30, 0x0d, 0x2d, 0x00, 0x77, 0xc0]), to: Self.command) == done)
        // The bus said no.
        #expect(
            LinkMessage.answer(Self.message([0x81, 0x1c, 0x20, 0x0c, 0x34, 0x83]), to: Self.command)
                == .done(sequence: 3, code: 0x83, data: []))
        // Another command's answer inside, half of one, and a wrong checksum inside.
        for spoilt in [
            Self.message([0x20, 0x14, 0x30, 0x0d, 0x2e, 0x00, 0x77, 0xc0]), Array(inner.prefix(5)),
            Array(inner.dropLast()) + [inner[inner.count - 1] ^ 1],
        ] {
            let outer = Self.message([0x81, 0x1c, 0x20, 0x0c, 0x34, 0x00] + spoilt)
            #expect(LinkMessage.answer(outer, to: Self.command) == nil)
        }
        // For a command to the BMC itself Send Message is something else.
        #expect(
            LinkMessage.answer(
                Self.message([0x81, 0x1c, 0x20, 0x0c, 0x34, 0x00] + inner), to: .getSensorReading(5, unit: 1)) == nil)
    }

    /// The sensors of a second controller in ipmi_sim, one that is not there, and one of system software.
    private static let setup: String = {
        func owned(by owner: UInt8, _ record: [UInt8]) -> [UInt8] {
            var record = record
            record[5] = owner
            return record
        }
        let here = RecordBuilder.full(number: 1, name: "CPU Temp", type: 0x01, unit: 1)
        let there = owned(
            by: 0x30, RecordBuilder.full(number: 7, name: "Blade Temp", type: 0x01, unit: 1, readable: 0x38))
        let gone = [1, 2].map {
            owned(by: 0x44, RecordBuilder.full(number: $0, name: "Gone \($0)", type: 0x01, unit: 1))
        }
        let software = owned(by: 0x41, RecordBuilder.full(number: 1, name: "Software", type: 0x01, unit: 1))
        return ([here, there] + gone + [software]).map(RecordBuilder.command).joined() + """
            sensor_add 0x20 0 1 0x01 0x01
            sensor_set_value 0x20 0 1 0x2a 0
            sensor_set_event_support 0x20 0 1 enable scanning per-state 000111111000000 000111111000000 000111111000000 000111111000000
            mc_add 0x30 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
            sensor_add 0x30 0 7 0x01 0x01
            sensor_set_value 0x30 0 7 0x37 0
            sensor_set_threshold 0x30 0 7 settable 111000 0x64 0x5a 0x50 0 0 0
            sensor_set_event_support 0x30 0 7 enable scanning per-state 000111111000000 000111111000000 000111111000000 000111111000000
            mc_enable 0x30

            """
    }()

    @Test func sensorsOfAnotherControllerAreRead() async throws {
        let bmc = try SimulatedBMC(emulation: Self.setup)
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc).sensors()
        #expect(outcome.status == INGOT_OK, "\(outcome.record.error?.message ?? "")")
        let sensors = outcome.json("sensor")
        #expect(
            sensors.compactMap { $0["name"] as? String } == ["CPU Temp", "Blade Temp", "Gone 1", "Gone 2", "Software"])
        try #require(sensors.count == 5)
        #expect(sensors[0]["value"] as? Double == 42)
        #expect(sensors[1]["value"] as? Double == 55 && sensors[1]["state"] as? String == "ok")
        #expect(sensors[1]["thresholds"] as? [String: Double] == ["upper_warning": 80, "upper_critical": 90])
        for sensor in sensors[2...] { #expect(sensor["value"] is NSNull && sensor["state"] as? String == "unknown") }
        // The judge reads the same through the same bridge.
        let raw = try await bmc.ipmitool("-t", "0x30", "raw", "4", "0x2d", "7")
        #expect(raw.hasPrefix("37"), "\(raw)")
    }

    /// A BMC that takes the command and never hands an answer over: one wait for all sensors of the controller, and the
    /// session is as good as before.
    @Test func aControllerThatNeverAnswersCostsOneWait() async throws {
        let records = (1...4).map { number -> [UInt8] in
            var record = RecordBuilder.full(number: UInt8(number), name: "Far \(number)", type: 0x01, unit: 1)
            record[5] = 0x44
            return record
        }
        let override: @Sendable (IPMIRequest) -> IPMIResponse? = { request in
            switch (request.networkFunction, request.command) {
            case (0x0a, 0x20):
                return IPMIResponse(data: [0x51, 4, 0, 0xff, 0xff] + [UInt8](repeating: 1, count: 8) + [0x22])
            case (0x0a, 0x22): return IPMIResponse(data: [1, 0])
            case (0x0a, 0x23):
                guard request.data.count == 6 else { return IPMIResponse(.dataLength) }
                let (index, offset, count) = (Int(request.data[2]), Int(request.data[4]), Int(request.data[5]))
                guard index < records.count, offset <= records[index].count else { return IPMIResponse(.dataLength) }
                let next: [UInt8] = index + 1 < records.count ? [UInt8(index + 1), 0] : [0xff, 0xff]
                return IPMIResponse(data: next + records[index][offset...].prefix(count))
            case (0x06, 0x34): return IPMIResponse()
            default: return nil
            }
        }
        try await withBMC(override: override) { bmc in
            let driver = try bmc.driver()
            let outcome = await driver.sensors()
            #expect(outcome.status == INGOT_OK, "\(outcome.record.error?.message ?? "")")
            let sensors = outcome.json("sensor")
            #expect(sensors.count == 4 && sensors.allSatisfy { $0["value"] is NSNull })
            #expect(outcome.record.wire.count { !$0.received && $0.bytes.prefix(2) == [0x10, 0x2d] } == 1)
            #expect(await driver.powerState().status == INGOT_OK)
            #expect(bmc.server.statistics.sessionsOpened == 1)
        }
    }
}
