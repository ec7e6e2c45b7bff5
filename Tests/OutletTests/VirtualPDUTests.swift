// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginKit
import Testing

@testable import Outlet

/// Against virtualpdu; libvirt says what became of the machine.
@Suite(
    "Outlets of virtualpdu", .enabled(if: VirtualPDU.environment != nil, "virtualpdu cannot be installed here"),
    .serialized)
struct VirtualPDUTests {
    @Test(arguments: ["1", "2c"])
    func switchesAMachineOfLibvirt(_ version: String) async throws {
        let pdu = try VirtualPDU()
        defer { pdu.stop() }
        let path = try TestPath(
            outletJSON(pdu.port, "\"5\"", "\"model\":\"apc-rpdu\",\"off_seconds\":1,\"version\":\"\(version)\""))
        try await drive(path, pdu)
    }

    @Test func switchesByUser() async throws {
        let pdu = try VirtualPDU(version3: true)
        defer { pdu.stop() }
        let path = try TestPath(
            outletJSON(
                pdu.port, "\"5\"",
                #""model":"apc-rpdu","off_seconds":1,"version":"3","username":"ingot","authentication":"sha","privacy":"aes""#
            ), secrets: ["snmp_auth_password": SNMPAgent.password, "snmp_privacy_password": SNMPAgent.privacy])
        try await drive(path, pdu)
    }

    private func drive(_ path: TestPath, _ pdu: VirtualPDU) async throws {
        #expect(try await pdu.machine(becomes: "on") == "on")
        #expect(await path.state().state == .on)
        let off = await path.set(.off)
        #expect(off.error == nil, "\(String(describing: off.error))")
        #expect(try await pdu.machine(becomes: "off") == "off")
        #expect(try pdu.client.reads(5) == "off")
        #expect(await path.state().state == .off)
        #expect(await path.set(.cycle).error?.status == .state)
        #expect(await path.set(.on).error == nil)
        #expect(try await pdu.machine(becomes: "on") == "on")
        #expect(try pdu.client.reads(5) == "on")
        #expect(await path.set(.cycle).error == nil)
        #expect(try await pdu.machine(becomes: "on") == "on")
        #expect(await path.state().state == .on)
    }

    @Test func whatItRefusesIsTold() async throws {
        let pdu = try VirtualPDU()
        defer { pdu.stop() }
        let missing = try TestPath(outletJSON(pdu.port, "\"99\""))
        let outcome = await missing.state()
        #expect(outcome.error?.status == .invalid && outcome.error?.detail["field"] == "outlet.outlets")
        let stranger = try TestPath(outletJSON(pdu.port), secrets: ["community": "guess"])
        #expect(await stranger.state().error?.status == .unreachable, "an unknown community is not answered")
        #expect(try await pdu.machine(becomes: "on") == "on")
    }
}
