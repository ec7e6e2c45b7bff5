// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import PluginAPI
import PluginTesting
import Testing

@testable import IPMI

private let hasPyghmi = FileManager.default.fileExists(atPath: "/usr/lib/python3/dist-packages/pyghmi")

/// pyghmi's BMC, the one in virtualbmc and sushy-tools: cipher suite 3, power and boot device, and little else.
@Suite(.enabled(if: hasPyghmi, "python3-pyghmi is not installed"))
struct PyghmiTests {
    private static let quirks = ["cipher_3_only", "short_device_id", "cycle_unsupported"]

    /// The BMC in a process of its own, on loopback. `more` are lines of its class.
    private final class PyghmiBMC {
        let port: UInt16
        private let process: PeerProcess
        private let output = FileManager.default.temporaryDirectory.appendingPathComponent(
            "pyghmi-\(UUID().uuidString)")

        init(_ more: String = "") throws {
            port = try SimulatedBMC.freePort("127.0.0.1")
            let program = """
                import sys
                import pyghmi.ipmi.bmc as bmc

                class Machine(bmc.Bmc):
                    state, device = 'off', 'default'
                    def say(self, text):
                        print(text, flush=True)
                    def get_boot_device(self):
                        return self.device
                    def set_boot_device(self, device):
                        self.device = device
                        self.say('boot ' + device)
                    def get_power_state(self):
                        return self.state
                    def power_off(self):
                        self.state = 'off'
                        self.say('off')
                    def power_on(self):
                        self.state = 'on'
                        self.say('on')
                    def power_reset(self):
                        self.say('reset')
                    def power_shutdown(self):
                        self.state = 'off'
                        self.say('soft')
                    def is_active(self):
                        return self.state == 'on'
                \(more.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))

                Machine({'\(SimulatedBMC.user.name)': '\(SimulatedBMC.user.password)'}, port=\(port),
                        address='::ffff:127.0.0.1').listen()
                """
            process = try PeerProcess("/usr/bin/python3", ["-c", program], output: output.path)
            guard let client = TestSocket(connectedTo: "127.0.0.1", port) else {
                throw SimulatedBMC.Failure(reason: "no socket")
            }
            defer { client.close() }
            for _ in 0..<600 {
                client.send(PresessionPing.packet)
                if client.receive(milliseconds: 50) != nil { return }
                usleep(10_000)
            }
            let said = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
            process.stop()
            throw SimulatedBMC.Failure(reason: "pyghmi's BMC does not answer: \(said)")
        }

        /// What it was told to do.
        var orders: [String] {
            let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
            return text.split(separator: "\n").map(String.init)
        }

        func driver(_ quirks: [String] = PyghmiTests.quirks) throws -> DriverUnderTest {
            try DriverUnderTest(
                [
                    "host": "127.0.0.1", "port": Int(port), "username": SimulatedBMC.user.name, "quirks": quirks,
                ])
        }

        deinit {
            process.stop()
            try? FileManager.default.removeItem(at: output)
        }
    }

    @Test func powerAndBootWork() async throws {
        let bmc = try PyghmiBMC()
        let driver = try bmc.driver()
        #expect(await driver.powerState().number == .powerOff)
        #expect(await driver.setBoot(Int32(INGOT_BOOT_PXE)).status == INGOT_OK)
        #expect(await driver.bootSetting().number == Int32(INGOT_BOOT_PXE))
        #expect(await driver.setPower(.doOn).status == INGOT_OK)
        #expect(await driver.powerState().number == .powerOn)
        #expect(await driver.setPower(.doReset).status == INGOT_OK)
        // It refuses to cycle: the driver does it in two steps.
        #expect(await driver.setPower(.doCycle).status == INGOT_OK)
        #expect(await driver.powerState().number == .powerOn)
        #expect(await driver.setPower(.doSoftOff).status == INGOT_OK)
        #expect(await driver.powerState().number == .powerOff)
        #expect(bmc.orders == ["boot network", "on", "reset", "off", "on", "soft"])
    }

    /// What it has not got is said to be unsupported or is simply not there; nothing hangs and nothing is made up.
    @Test func whatItLacksIsSaid() async throws {
        let bmc = try PyghmiBMC()
        let driver = try bmc.driver()
        #expect(await driver.probe().status == INGOT_OK)
        #expect(await driver.setPower(.doOn).status == INGOT_OK)
        #expect(await driver.setPower(.doNMI).status == INGOT_E_UNSUPPORTED)
        for outcome in [
            await driver.sensors(), await driver.inventory(), await driver.events(), await driver.openConsole(),
        ] {
            #expect([INGOT_OK, INGOT_E_UNSUPPORTED].contains(outcome.status), "\(outcome.record.error?.message ?? "")")
            #expect(outcome.json("sensor").isEmpty && outcome.json("event").isEmpty)
        }
        let audit = await driver.invoke("audit")
        #expect([INGOT_OK, INGOT_E_UNSUPPORTED].contains(audit.status), "\(audit.record.error?.message ?? "")")
        #expect(bmc.orders == ["on"])
    }

    /// A machine whose program breaks: an answer before the deadline that says so, and the driver goes on.
    @Test func aBrokenMachineIsAnError() async throws {
        let bmc = try PyghmiBMC(
            """
            def power_on(self):
                raise ValueError('broken')
            """)
        let driver = try bmc.driver()
        let outcome = await driver.setPower(.doOn, driver.call(.seconds(5)))
        #expect(outcome.status != INGOT_OK && outcome.elapsed < .seconds(8))
        #expect(await driver.powerState().number == .powerOff)
    }

    @Test func withoutTheQuirkTheSuiteIsNamed() async throws {
        let bmc = try PyghmiBMC()
        // It answers suite 17 as suite 3, and the driver goes on with 3 by itself or says why not.
        let outcome = await (try bmc.driver([])).powerState()
        #expect(outcome.status == INGOT_OK || outcome.record.error?.detail?.contains("cipher_suites") == true)
    }

    /// It knows a session by the port it came from, so that none outlives a call: after two of them no call waits for one.
    @Test func sessionsThatAreLostBetweenCallsAreNotKept() async throws {
        let bmc = try PyghmiBMC()
        let driver = try bmc.driver()
        for _ in 0..<4 { #expect(await driver.powerState().number == .powerOff) }
        for _ in 0..<3 {
            let outcome = await driver.powerState()
            #expect(outcome.number == .powerOff)
            // One question and one answer: nothing was asked of a session that is gone.
            #expect(outcome.record.wire.count { !$0.received } == 1, "\(outcome.record.wire.count)")
        }
    }
}
