// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginAPI
import Testing

/// A foreign service judges the driver: no sessions, no ETags, and Once reads back as Continuous.
@Suite(.enabled(if: SushyTools.environment != nil, "sushy-tools cannot be installed here"), .serialized)
struct SushyToolsTests {
    @Test func powerBootInventoryAndProbe() async throws {
        let emulator = try SushyTools()
        defer { emulator.stop() }
        let device = try OpenDevice(emulator.address)
        #expect(await device.powerState().number == .off)
        #expect(await device.setPower(.doOn).status == INGOT_OK)
        try await expectPower(.on, device)
        #expect(try emulator.system()["PowerState"] as? String == "On")

        for (target, name) in [(Int32.pxe, "Pxe"), (.disk, "Hdd"), (.cd, "Cd")] {
            let outcome = await device.setBoot(target)
            #expect(outcome.status == INGOT_OK, "\(outcome.message)")
            #expect(outcome.texts("readback").first?.contains("once") == true, "sushy-tools keeps it for ever")
            let boot = try #require(try emulator.system()["Boot"] as? [String: Any])
            #expect(boot["BootSourceOverrideTarget"] as? String == name)
            #expect(await device.bootSetting().number == target)
        }
        #expect(await device.setBoot(.setup).status == INGOT_E_UNSUPPORTED)

        let parts = await device.read(INGOT_INVENTORY)
        #expect(parts.status == INGOT_OK, "\(parts.message)")
        #expect(
            parts.json("component").contains {
                $0["kind"] as? String == "nic" && $0["mac"] as? String == SushyTools.mac
            })
        let system = parts.json("component").first { $0["kind"] as? String == "system" }
        #expect(system?["uuid"] as? String == SushyTools.systemID)

        let probe = await device.probe()
        #expect(probe.status == INGOT_OK, "\(probe.message)")
        let capabilities = try #require(probe.json("capabilities").first)
        #expect((capabilities["identity"] as? [String: Any])?["vendor"] as? String == "Sushy Emulator")
        let power = try #require(capabilities["power"] as? [String: Any])
        #expect(power["actions"] as? [String] == ["on", "off", "soft-off", "reset", "nmi"])
        #expect((capabilities["session"] as? [String: Any])?["login"] as? String == "basic")
        #expect(await device.setPower(.doNMI).status == INGOT_E_UNSUPPORTED, "listed, and answered with 501")
    }

    @Test func tlsByFileByPinByTextAndByNobody() async throws {
        let emulator = try SushyTools(secure: true)
        defer { emulator.stop() }
        let pem = try String(contentsOf: emulator.folder.appendingPathComponent("cert.pem"), encoding: .utf8)
        let ways: [[String: Any]] = [
            ["ca_file": emulator.folder.path + "/cert.pem"], ["ca_certificates": pem], ["insecure": true],
            ["pin": try emulator.publicKeyDigest()],
        ]
        for way in ways {
            let outcome = try await OpenDevice(emulator.address, way).powerState()
            #expect(outcome.status == INGOT_OK, "\(way.keys): \(outcome.message)")
        }
        let wrong: [[String: Any]] = [[:], ["pin": String(repeating: "ab", count: 32)]]
        for way in wrong {
            let outcome = try await OpenDevice(emulator.address, way).powerState()
            #expect(outcome.status == INGOT_E_UNREACHABLE, "\(outcome.message)")
            #expect(outcome.detail.contains("certificate"))
        }
        let stranger = try OpenDevice(
            ["address": emulator.address, "username": "admin", "insecure": true], password: "wrong")
        #expect(await stranger.powerState().status == INGOT_E_AUTH)
    }

    /// The emulator switches some seconds later, on purpose.
    private func expectPower(_ state: Int32, _ device: OpenDevice) async throws {
        for _ in 0..<100 {
            if await device.powerState().number == state { return }
            try await Task.sleep(for: .milliseconds(200))
        }
        Issue.record("the machine did not get there")
    }
}
