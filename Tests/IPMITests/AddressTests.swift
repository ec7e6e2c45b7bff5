// SPDX-License-Identifier: GPL-3.0-or-later
import PluginAPI
import PluginKit
import PluginTesting
import Testing

@testable import IPMI

@Suite struct AddressTests {
    @Test(arguments: [("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "localhost"), ("::1", "::1")])
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
        #expect(try await bmc.power == "on")
    }

    @Test func aDeadAddressDoesNotHideOneThatAnswers() async throws {
        let bmc = try SimulatedBMC(address: "::1")
        defer { bmc.stop() }
        let silent = try #require(TestSocket("127.0.0.1", 0))
        defer { silent.close() }
        let closed = try SimulatedBMC.freePort("127.0.0.1")
        let found: String? = await onOwnThread {
            TestCall(deadline: .seconds(3)).run { raw in
                let call = Call(raw)
                do throws(PluginError) {
                    let endpoints =
                        try NameLookup.addresses(of: "127.0.0.1", port: closed, call)
                        + NameLookup.addresses(of: "127.0.0.1", port: silent.port, call)
                        + NameLookup.addresses(of: "::1", port: bmc.port, call)
                    return try Peer(at: endpoints, privilege: 4, call).endpoint.literal
                } catch { return "\(error)" }
            }
        }
        #expect(found == "[::1]:\(bmc.port)")
    }
}
