// SPDX-License-Identifier: GPL-3.0-or-later
import PluginAPI
import PluginTesting
import Testing

@Suite struct AddressTests {
    @Test(arguments: [("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "localhost"), ("::1", "::1"), ("::1", "localhost")])
    func aBMCIsFoundByNameAndByEitherKindOfAddress(address: String, host: String) async throws {
        let bmc = try SimulatedBMC(address: address)
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc, ["host": host])
        let probe = await driver.probe()
        #expect(probe.status == INGOT_OK)
        let session = probe.json("capabilities").first?["session"] as? [String: Any]
        let literal = address.contains(":") ? "[\(address)]:\(bmc.port)" : "\(address):\(bmc.port)"
        #expect(session?["address"] as? String == literal)
        #expect(await driver.setPower(.doOn).status == INGOT_OK)
        #expect(try bmc.power == "on")
    }
}
