// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import PluginAPI
import PluginTesting
import Testing

@testable import IPMI

@Suite struct EventLogTests {
    /// Add SEL Entry: a system event of power supply sensor 3.
    private static func add(_ offset: UInt8, to bmc: SimulatedBMC) async throws {
        let entry: [UInt8] = [0, 0, 0x02, 0, 0, 0, 0, 0x20, 0, 0x04, 0x08, 0x03, 0x6f, offset, 0xff, 0xff]
        _ = try await bmc.ipmitool(["raw", "0x0a", "0x44"] + entry.map { "\($0)" })
    }

    private static func messages(_ outcome: DriverUnderTest.Outcome) -> [String] {
        outcome.json("event").compactMap { $0["message"] as? String }
    }

    @Test func eventsComeInOrderWithTextsAndACursor() async throws {
        let record = RecordBuilder.command(RecordBuilder.compact(number: 3, name: "PSU1 Status", type: 0x08))
        let bmc = try SimulatedBMC(emulation: record)
        defer { bmc.stop() }
        // Set SEL Time: 2026-01-02 03:04:05.
        let clock = UInt32(1_767_323_045)
        _ = try await bmc.ipmitool(
            ["raw", "0x0a", "0x49"] + (0..<4).map { "\(UInt8(truncatingIfNeeded: clock >> (8 * $0)))" })
        let driver = try DriverUnderTest(bmc)
        let empty = await driver.events()
        #expect(empty.status == INGOT_OK)
        #expect(empty.json("event").isEmpty)
        let atStart = try #require(empty.text("cursor"))
        for offset in [UInt8(0), 1, 3] { try await Self.add(offset, to: bmc) }
        let first = await driver.events(after: atStart)
        #expect(
            Self.messages(first) == [
                "Presence detected", "Power Supply Failure detected", "Power Supply input lost (AC/DC)",
            ])
        let event = try #require(first.json("event").first)
        #expect(event["source"] as? String == "PSU1 Status")
        #expect(first.json("event").compactMap { $0["severity"] as? String } == ["info", "critical", "critical"])
        #expect((event["time"] as? String)?.hasPrefix("2026-01-02T03:04:") == true)
        let judged = try await bmc.ipmitool("sel", "list")
        #expect(judged.split(separator: "\n").count == 3)
        let cursor = try #require(first.text("cursor"))
        #expect(Self.messages(await driver.events(after: cursor)) == [])
        try await Self.add(2, to: bmc)
        let next = await driver.events(after: cursor)
        #expect(Self.messages(next) == ["Predictive Failure"])
        #expect(next.json("note").isEmpty)
    }

    @Test func aLimitIsContinuedWithoutLossOrRepetition() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        for offset in 0..<UInt8(7) { try await Self.add(offset, to: bmc) }
        let driver = try DriverUnderTest(bmc)
        let all = await driver.events().json("event").compactMap { $0["id"] as? String }
        var told: [String] = []
        var cursor: String?
        for _ in 0..<5 {
            let outcome = await driver.events(after: cursor, limit: 2)
            told += outcome.json("event").compactMap { $0["id"] as? String }
            cursor = outcome.text("cursor")
        }
        #expect(all.count == 7)
        #expect(told == all)
    }

    @Test func aClearedLogIsNoticed() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        for offset in 0..<UInt8(3) { try await Self.add(offset, to: bmc) }
        let cursor = try #require(await driver.events().text("cursor"))
        let clear = await driver.clearEvents()
        #expect(clear.status == INGOT_OK, "\(clear.record.error?.message ?? "")")
        #expect(try await bmc.ipmitool("sel", "info").contains("Entries          : 0"))
        try await Self.add(6, to: bmc)
        let after = await driver.events(after: cursor)
        #expect(after.json("note").first?["lost"] as? Bool == true)
        #expect(after.json("event").count == 1)
    }

    @Test(arguments: ["", "sel1.00.00", "sel1.00000000.0g", "sel2.00000000.", "x"])
    func aForeignCursorIsInvalid(cursor: String) async throws {
        let outcome = try await DriverUnderTest(DriverUnderTest.configuration("127.0.0.1", 1)).events(after: cursor)
        #expect(outcome.status == INGOT_E_INVALID)
        #expect(outcome.record.error?.detail == #"{"field":"after"}"#)
    }
}
