// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import PluginAPI
import PluginTesting
import Testing

@testable import IPMI

@Suite struct InventoryTests {
    @Test func chassisBMCAndFRUAgreeWithIpmitool() async throws {
        let bmc = try SimulatedBMC(fru: FRUImage.sample)
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc).inventory()
        #expect(outcome.status == INGOT_OK)
        let components = outcome.json("component")
        #expect(components.compactMap { $0["kind"] as? String } == ["system", "chassis", "bmc", "fru"])
        let controller = try #require(components.first { $0["kind"] as? String == "bmc" })
        let info = try await bmc.ipmitool("mc", "info")
        #expect(info.contains("Manufacturer ID           : \(controller["manufacturer_id"] ?? "")"))
        #expect(info.contains("Product ID                : \(controller["product_id"] ?? "") "))
        #expect(info.contains("Firmware Revision         : \(controller["firmware"] ?? "")"))
        #expect(info.contains("IPMI Version              : \(controller["ipmi_version"] ?? "")"))
        let guid = (controller["system_guid"] as? String)?.replacingOccurrences(of: "-", with: "")
        #expect(guid == "a123456789abcdefa123456789abcdef")
        let fru = try #require(components.last?["fru"] as? [String: Any])
        let board = try #require(fru["board"] as? [String: Any])
        let product = try #require(fru["product"] as? [String: Any])
        let judged = try await bmc.ipmitool("fru", "print", "0")
        for (name, value) in [
            ("Board Mfg  ", board["manufacturer"]), ("Board Product", board["product"]),
            ("Board Serial", board["serial"]), ("Product Serial", product["serial"]),
            ("Product Name", product["name"]), ("Chassis Serial", (fru["chassis"] as? [String: Any])?["serial"]),
        ] {
            let text = try #require(value as? String)
            let line = judged.split(separator: "\n").first { $0.contains(name) }
            #expect(line?.hasSuffix(": \(text)") == true, "\(name): \(text), ipmitool: \(line ?? "none")")
        }
        #expect(fru["problems"] as? [String] == [])
    }

    @Test func aBMCWithoutAnInventoryAreaHasTheRest() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc).inventory()
        #expect(outcome.status == INGOT_OK)
        #expect(outcome.json("component").compactMap { $0["kind"] as? String } == ["system", "chassis", "bmc"])
    }

    @Test func hostileBytesInARealBMCDoNoHarm() async throws {
        var generator = SystemRandomNumberGenerator()
        for round in 0..<4 {
            var bytes = FRUImage.sample
            if round > 0 {
                for index in 8..<bytes.count where Bool.random(using: &generator) {
                    bytes[index] = UInt8.random(in: 0...255, using: &generator)
                }
            } else {
                bytes = [UInt8](repeating: 0xff, count: 256)
            }
            let bmc = try SimulatedBMC(fru: bytes)
            defer { bmc.stop() }
            let outcome = try await DriverUnderTest(bmc).inventory()
            #expect(outcome.status == INGOT_OK)
            #expect(outcome.json("component").count == 4)
        }
    }

    @Test func theProbeSaysWhatAnsweredAndWithWhichSuite() async throws {
        let bmc = try SimulatedBMC(fru: FRUImage.sample)
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc).probe()
        #expect(outcome.status == INGOT_OK)
        let report = try #require(outcome.json("capabilities").first)
        let power = try #require(report["power"] as? [String: Any])
        #expect(power["actions"] as? [String] == ["on", "off", "soft-off", "cycle", "reset"])
        #expect((power["evidence"] as? String)?.hasPrefix("Get Chassis Status: 00") == true)
        let session = try #require(report["session"] as? [String: Any])
        #expect(session["cipher_suite"] as? Int == 3)
        #expect((session["offered_cipher_suites"] as? [Int])?.contains(3) == true)
        #expect(bmc.sets.isEmpty)
        #expect(outcome.changes.isEmpty)
    }
}

/// A FRU image made by the definition: chassis, board and product areas.
enum FRUImage {
    static let sample: [UInt8] = {
        let chassis = area([17], ["CH-PART", "CH-SERIAL"])
        // 2020-01-01: 12 622 080 minutes after 1996-01-01.
        let board = area([25, 0x80, 0x97, 0xc0], ["Loongson", "LS2C5LE", "BOARD-42", "B-PART"])
        let product = area([25], ["Ingot Works", "Test Machine", "P-PART", "v1", "PRODUCT-7", "ASSET"])
        var header: [UInt8] = [1, 0, 1, UInt8(1 + chassis.count / 8), UInt8(1 + (chassis + board).count / 8), 0, 0]
        header.append(0 &- header.reduce(0, &+))
        let image = header + chassis + board + product
        return image + [UInt8](repeating: 0, count: 256 - image.count)
    }()

    private static func area(_ head: [UInt8], _ texts: [String]) -> [UInt8] {
        var bytes: [UInt8] = [1, 0] + head
        for text in texts { bytes += [0xc0 | UInt8(text.utf8.count)] + Array(text.utf8) }
        bytes.append(0xc1)
        while bytes.count % 8 != 7 { bytes.append(0) }
        bytes[1] = UInt8((bytes.count + 1) / 8)
        bytes.append(0 &- bytes.reduce(0, &+))
        return bytes
    }
}
