// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import PluginAPI
import PluginTesting
import Testing

@Suite struct ConfigurationTests {
    @Test(arguments: [
        (#"{"cipher_suites":[0]}"#, "cipher_suites[0]"), (#"{"cipher_suites":[17,2]}"#, "cipher_suites[1]"),
        (#"{"cipher_suites":[1]}"#, "cipher_suites[0]"), (#"{"cipher_suites":[6]}"#, "cipher_suites[0]"),
        (#"{"cipher_suites":[]}"#, "cipher_suites"), (#"{"cipher_suites":[300]}"#, "cipher_suites[0]"),
        (#"{"cipher_suites":"17"}"#, "cipher_suites"), (#"{"port":0}"#, "port"), (#"{"port":65536}"#, "port"),
        (#"{"port":"623"}"#, "port"), (#"{"privilege":"root"}"#, "privilege"),
        (#"{"quirks":["magic"]}"#, "quirks[0]"), (#"{"host":""}"#, "host"), (#"{"host":"a b"}"#, "host"),
        (#"{"host":"a\nb"}"#, "host"), (#"{"host":"[::1]"}"#, "host"), (#"{"username":""}"#, "username"),
        (#"{"username":"seventeen-letters"}"#, "username"), (#"{"host":null}"#, "host"),
    ])
    func aMemberThatCannotBeUsedIsNamed(change: String, field: String) throws {
        var configuration = DriverUnderTest.configuration("192.0.2.1", 623)
        let changes = try #require(try JSONSerialization.jsonObject(with: Data(change.utf8)) as? [String: Any])
        configuration.merge(changes) { $1 }
        do {
            _ = try DriverUnderTest(configuration)
            Issue.record("\(change) was taken")
        } catch let failure as DriverUnderTest.OpenFailure {
            #expect(failure.outcome.status == INGOT_E_INVALID)
            #expect(failure.outcome.record.error?.detail == #"{"field":"\#(field)"}"#)
        }
    }

    @Test(arguments: ["", "twenty-one-characters"])
    func aPasswordIPMICannotCarryIsRefusedByName(password: String) async throws {
        let driver = try DriverUnderTest(DriverUnderTest.configuration("127.0.0.1", 1), password: password)
        let outcome = await driver.powerState()
        #expect(outcome.status == INGOT_E_INVALID)
        #expect(outcome.record.error?.detail == #"{"field":"password"}"#)
    }

    @Test func aSuiteTheBMCDoesNotOfferIsNamedWithoutALogin() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc, ["cipher_suites": [17]]).powerState()
        #expect(outcome.status == INGOT_E_INVALID)
        #expect(outcome.record.error?.detail == #"{"field":"cipher_suites"}"#)
        #expect(outcome.record.error?.message.contains("only 0, 1, 2, 3") == true)
        #expect(outcome.elapsed < .seconds(1))
    }

    @Test(arguments: [(SimulatedBMC.user.password, INGOT_OK), ("canary-wrong", INGOT_E_AUTH)])
    func aBMCThatDoesNotListItsSuitesIsAskedByLogin(password: String, status: Int32) async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        // Get Channel Cipher Suites, outside a session and so in the clear.
        let path = try LossyPath(to: bmc) { $0.count > 19 && $0[4] == 0 && $0[19] == 0x54 }
        defer { path.stop() }
        let configuration = DriverUnderTest.configuration("127.0.0.1", path.port)
        let driver = try DriverUnderTest(configuration, password: password)
        let outcome = await driver.powerState()
        #expect(outcome.status == status)
        #expect(outcome.elapsed < .seconds(6))
        #expect(path.lostAnswers > 0)
    }

    @Test func manyDevicesAtOnce() async throws {
        let bmcs = try (0..<6).map { _ in try SimulatedBMC() }
        defer { for bmc in bmcs { bmc.stop() } }
        let drivers = try (0..<24).map { try DriverUnderTest(bmcs[$0 % bmcs.count]) }
        let states = await withTaskGroup(of: Int32.self) { group in
            for driver in drivers { group.addTask { await driver.powerState().number } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(states == [Int32](repeating: .powerOff, count: 24))
    }

    @Test func theManifestAgreesWithTheLibrary() throws {
        try expectManifest("Plugins/IPMI/plugin.json.in", describes: LoadedPlugin.named("ingot-ipmi"))
    }
}
