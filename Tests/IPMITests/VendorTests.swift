// SPDX-License-Identifier: GPL-3.0-or-later
import BMCModel
import Foundation
import IPMISimulator
import PluginAPI
import PluginTesting
import Testing

@testable import IPMI

@Suite struct VendorTests {
    private static func reply(_ outcome: DriverUnderTest.Outcome) -> [String: Any] {
        outcome.json("reply").first ?? [:]
    }

    @Test func theLightGoesOnAndOff() async throws {
        try await withBMC { bmc in
            let driver = try bmc.driver()
            #expect(await driver.invoke("identify", #"{"seconds":60}"#).status == INGOT_OK)
            #expect(bmc.chassis.snapshot.isIdentifying)
            #expect(await driver.invoke("identify", #"{"seconds":0}"#).status == INGOT_OK)
            #expect(!bmc.chassis.snapshot.isIdentifying)
            #expect(await driver.invoke("identify", #"{"seconds":256}"#).status == INGOT_E_INVALID)
        }
    }

    @Test func aRawRequestIsAnsweredWithCodeAndData() async throws {
        try await withBMC { bmc in
            let driver = try bmc.driver()
            let good = await driver.invoke("raw", #"{"netfn":0,"command":1}"#)
            #expect(Self.reply(good)["completion_code"] as? Int == 0)
            #expect((Self.reply(good)["data"] as? String)?.count ?? 0 >= 6)
            let bad = await driver.invoke("raw", #"{"netfn":46,"command":1,"data":"57 01 00"}"#)
            #expect(bad.status == INGOT_OK)
            #expect(Self.reply(bad)["completion_code"] as? Int != 0)
            for body in [
                #"{"netfn":1,"command":1}"#, #"{"netfn":0}"#, #"{"netfn":0,"command":1,"data":"0"}"#, "[", "\u{0}",
            ] {
                #expect(await driver.invoke("raw", body).status == INGOT_E_INVALID, "\(body)")
            }
            #expect(await driver.invoke("magic").status == INGOT_E_UNSUPPORTED)
        }
    }

    @Test func theBMCRestartsAndIsFoundAgain() async throws {
        try await withBMC(power: .on) { bmc in
            let driver = try bmc.driver()
            #expect(await driver.invoke("bmc.reset", #"{"mode":"cold"}"#).status == INGOT_OK)
            #expect(await driver.powerState(driver.call(.seconds(20))).number == .powerOn)
            #expect(bmc.server.statistics.count(6, 2) == 1)
        }
    }

    @Test func anAuditFindsDefaultPasswordsAndReportsUsers() async throws {
        let factory = IPMIServer.User(name: "ADMIN", password: "ADMIN")
        try await withBMC(users: [factory]) { bmc in
            let driver = try bmc.driver()
            let outcome = await driver.invoke("audit")
            #expect(outcome.status == INGOT_OK, "\(outcome.record.error?.message ?? "")")
            let reply = Self.reply(outcome)
            let findings = (reply["findings"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
            #expect(findings.contains("default-password"))
            #expect(!findings.contains("cipher-zero"))
            let users = (reply["users"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
            #expect(users.contains("admin") && users.contains("ADMIN"))
            #expect(reply["sol"] as? Bool == true)
            let traced = outcome.record.wire.filter { $0.bytes.prefix(2) == [0x18, 0x47] }
            #expect(!traced.isEmpty)
            #expect(!outcome.record.emitted.contains { String(decoding: $0.bytes, as: UTF8.self).contains("canary") })
        }
    }

    @Test func anAuditOfIpmiSimFindsCipherZero() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc).invoke("audit")
        #expect(outcome.status == INGOT_OK, "\(outcome.record.error?.message ?? "")")
        let findings = (Self.reply(outcome)["findings"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
        #expect(findings.contains("cipher-zero"))
        #expect(findings.contains("sol-off"))
    }

    @Test func judgementsAreThoseOfTheTables() {
        func ids(_ findings: [Audit.Finding]) -> [String] { findings.map(\.id) }
        #expect(ids(Audit.judge(cipherSuites: [0, 3, 17], privileges: [:])) == ["cipher-zero"])
        #expect(ids(Audit.judge(cipherSuites: [0, 3, 17], privileges: [0: 0, 3: 4])) == [])
        #expect(ids(Audit.judge(cipherSuites: [1, 3], privileges: [:])) == ["cipher-clear", "cipher-sha1"])
        #expect(ids(Audit.judge(authentication: [1, 0x81, 0x07])) == ["ipmi15-none", "anonymous-login"])
        #expect(ids(Audit.judge(authentication: [1, 0x84, 0x02])) == ["anonymous-user"])
        #expect(ids(Audit.judge(authentication: [1])) == [])
    }

    @Test func aConsoleOfAnotherCanBeEnded() async throws {
        try await withBMC(power: .on) { bmc in
            let first = try bmc.driver()
            let second = try bmc.driver()
            let opened = await first.openConsole()
            try #require(opened.status == INGOT_OK)
            #expect(await second.openConsole().status == INGOT_E_BUSY)
            #expect(await second.invoke("sol.deactivate").status == INGOT_OK)
            let again = await second.openConsole()
            #expect(again.status == INGOT_OK)
            for descriptor in [opened.number, again.number] where descriptor >= 0 { close(descriptor) }
        }
    }
}
