// SPDX-License-Identifier: Apache-2.0
import CNetSNMP
import Foundation
import Glibc
import PluginKit
import PluginTesting
import Testing

@testable import Outlet

/// Against Net-SNMP's snmpd; snmpget says what is true.
@Suite("Outlets over SNMP", .serialized)
struct SNMPTests {
    @Test(arguments: ["1", "2c"])
    func switchesByCommunity(_ version: String) async throws {
        let agent = try SNMPAgent(outlets: [5: "off"])
        defer { agent.stop() }
        let path = try TestPath(outletJSON(agent.port, "\"5\"", "\"model\":\"apc-rpdu\",\"version\":\"\(version)\""))
        #expect(await path.state().state == .off)
        #expect(await path.set(.on).error == nil)
        #expect(try agent.reads(5) == "on")
        #expect(await path.state().state == .on)
        #expect(await path.set(.on).error == nil)
        #expect(agent.sets == ["5 1"], "on when on sends nothing")
        #expect(await path.set(.off).error == nil)
        #expect(try agent.reads(5) == "off")
        #expect(await path.set(.cycle).error?.status == .state)
        #expect(await path.set(.softOff).error?.status == .unsupported)
        #expect(agent.sets == ["5 1", "5 2"])
    }

    @Test func switchesByUserWithEveryProtocol() async throws {
        let agent = try SNMPAgent(outlets: [5: "off"])
        defer { agent.stop() }
        let secrets = ["snmp_auth_password": SNMPAgent.password, "snmp_privacy_password": SNMPAgent.privacy]
        var users = [("plain", "")]
        for (word, _) in SNMPAgent.authentications {
            users.append((word, ",\"authentication\":\"\(word)\""))
            for cipher in ["des", "aes"] {
                users.append(("\(word)-\(cipher)", ",\"authentication\":\"\(word)\",\"privacy\":\"\(cipher)\""))
            }
        }
        for (name, protocols) in users {
            let more = "\"model\":\"apc-rpdu\",\"version\":\"3\",\"username\":\"\(name)\"\(protocols)"
            let path = try TestPath(outletJSON(agent.port, "\"5\"", more), secrets: secrets)
            let isOff = try agent.reads(5) == "off"
            let outcome = await path.set(isOff ? .on : .off)
            #expect(outcome.error == nil, "\(name)")
            #expect(try agent.reads(5) == (isOff ? "on" : "off"), "\(name)")
        }
        #expect(agent.sets.count == users.count)
    }

    @Test func refusalsAreTold() async throws {
        let agent = try SNMPAgent(outlets: [5: "off"])
        defer { agent.stop() }
        func three(_ user: String, _ more: String) -> String {
            outletJSON(
                agent.port, "\"5\"", "\"model\":\"apc-rpdu\",\"version\":\"3\",\"username\":\"\(user)\",\(more)")
        }
        let right = ["snmp_auth_password": SNMPAgent.password, "snmp_privacy_password": SNMPAgent.privacy]
        let wrong = ["snmp_auth_password": "wrong-passphrase", "snmp_privacy_password": "wrong-passphrase"]
        let sha = "\"authentication\":\"sha\""
        let refused = try await TestPath(three("sha", sha), secrets: wrong).state()
        #expect(refused.error?.status == .auth)
        #expect(refused.error?.field == "snmp_auth_password")
        #expect(refused.record.error?.message.contains("wrong-passphrase") != true)
        let nobody = try TestPath(three("nobody", sha), secrets: right)
        #expect(await nobody.state().error?.status == .auth)
        let withoutSecret = try TestPath(three("sha", sha), secrets: [:])
        #expect(await withoutSecret.state().error?.field == "snmp_auth_password")
        // The right password still works after, and beside, the wrong one.
        let correct = try TestPath(three("sha", sha), secrets: right)
        #expect(await correct.state().state == .off)

        let readOnly = try TestPath(outletJSON(agent.port), secrets: ["community": "readonly"])
        #expect(await readOnly.state().state == .off)
        let forbidden = await readOnly.set(.on)
        #expect(forbidden.error?.status == .forbidden)
        #expect(forbidden.error?.maybeApplied == false)
        let missing = try await TestPath(outletJSON(agent.port, "\"77\"")).state()
        #expect(missing.error?.status == .invalid)
        #expect(missing.error?.field == "outlet.outlets")
        let older = try await TestPath(outletJSON(agent.port, "\"77\"", "\"model\":\"apc-rpdu\",\"version\":\"1\""))
            .state()
        #expect(older.error?.field == "outlet.outlets")
        #expect(agent.sets.isEmpty)
    }

    @Test(arguments: ["apc-rpdu2", "raritan-pdu2", "eaton-epdu"])
    func speaksTheModelsNumbers(_ model: String) async throws {
        let agent = try SNMPAgent(outlets: [3: "off"])
        defer { agent.stop() }
        let path = try TestPath(outletJSON(agent.port, "\"3\"", "\"model\":\"\(model)\""))
        #expect(await path.state().state == .off)
        #expect(await path.set(.on).error == nil)
        #expect(try agent.reads(3) == "on")
        #expect(await path.state().state == .on)
        #expect(await path.set(.off).error == nil)
        #expect(try agent.reads(3) == "off")
    }

    @Test func takesTheOperatorsOwnObjects() async throws {
        let agent = try SNMPAgent(outlets: [3: "off"])
        defer { agent.stop() }
        let oids = """
            "oids":{"command":".1.3.6.1.4.1.13742.6.4.1.2.1.2.1","on":1,"off":0,"reboot":2,
            "state":"1.3.6.1.4.1.13742.6.4.1.2.1.3.1","state_on":[7],"state_off":[8]},"pdu_reboot":true
            """
        let path = try TestPath(outletJSON(agent.port, "\"3\"", oids))
        #expect(await path.set(.on).error == nil)
        #expect(try agent.reads(3) == "on")
        #expect(await path.set(.cycle).error == nil)
        #expect(agent.sets == ["3 1", "3 2"], "the PDU's own reboot")
    }

    @Test func switchesAllFeedsOfAMachine() async throws {
        let agent = try SNMPAgent(outlets: [1: "off", 2: "on", 3: "on"])
        defer { agent.stop() }
        let path = try TestPath(outletJSON(agent.port, "\"1\",\"2\"", "\"model\":\"apc-rpdu\",\"off_seconds\":1"))
        #expect(await path.state().state == .unknown, "one of two has power")
        #expect(await path.set(.on).error == nil)
        #expect(agent.sets == ["1 1"])
        let cycled = await path.set(.cycle)
        #expect(cycled.error == nil)
        #expect(cycled.elapsed >= .seconds(1))
        #expect(agent.sets == ["1 1", "1 2", "2 2", "1 1", "2 1"], "both off before either is on")
        #expect(try agent.reads(3) == "on", "another machine's outlet")
        let hurried = await path.set(.cycle, deadline: .milliseconds(1500))
        #expect(hurried.error?.status == .timeout)
        #expect(hurried.error?.maybeApplied == false)
        #expect(agent.sets.count == 5, "nothing is switched off that cannot be switched on in time")
    }

    @Test func anOutletThatDoesNotFollowIsNotTakenForDone() async throws {
        let agent = try SNMPAgent(outlets: [5: "off"])
        defer { agent.stop() }
        try agent.put("", into: "stuck")
        let path = try TestPath(outletJSON(agent.port, "\"5\"", "\"model\":\"apc-rpdu\",\"settle_seconds\":1"))
        let outcome = await path.set(.on)
        #expect(outcome.error?.status == .timeout)
        #expect(outcome.error?.maybeApplied == true)
        #expect(agent.sets == ["5 1"], "sent once")
    }

    @Test func aLostAnswerIsSettledByReading() async throws {
        let agent = try SNMPAgent(outlets: [5: "off"])
        defer { agent.stop() }
        try agent.put("4", into: "slow")
        let path = try TestPath(outletJSON(agent.port))
        let outcome = await path.set(.on)
        #expect(outcome.error == nil)
        #expect(outcome.elapsed >= .seconds(3), "the answer came after the patience")
        #expect(agent.sets == ["5 1"], "sent once")
    }

    @Test func deadlineAndCancelHold() async throws {
        let agent = try SNMPAgent(outlets: [5: "off"])
        defer { agent.stop() }
        agent.freeze()
        defer { agent.thaw() }
        let path = try TestPath(outletJSON(agent.port))
        let late = await path.state(deadline: .milliseconds(300))
        #expect(late.error?.status == .timeout)
        #expect(late.elapsed < .seconds(1))
        let three = try TestPath(
            outletJSON(agent.port, "\"5\"", "\"model\":\"apc-rpdu\",\"version\":\"3\",\"username\":\"plain\""),
            secrets: [:])
        #expect(await three.state(deadline: .milliseconds(300)).elapsed < .seconds(1))
        let call = TestCall(deadline: .seconds(20), secrets: path.secrets)
        Thread.detachNewThread {
            while call.result.wire.isEmpty { usleep(1000) }
            call.cancel()
        }
        let stopped = await path.state(call)
        #expect(stopped.error?.status == .cancelled)
        #expect(stopped.elapsed < .seconds(1))
        let silent = await path.state()
        #expect(silent.error?.status == .unreachable)
        #expect((.seconds(5) ..< .seconds(7)).contains(silent.elapsed))
    }

    @Test func aClosedPortIsToldAtOnce() async throws {
        let path = try TestPath(outletJSON(try SNMPAgent.freePort()))
        let outcome = await path.state()
        #expect(outcome.error?.status == .unreachable)
        #expect(outcome.elapsed < .seconds(1))
    }

    @Test func aThousandUsesLeaveNothingBehind() async throws {
        let agent = try SNMPAgent(outlets: [5: "off"])
        defer { agent.stop() }
        let sessions = [
            try TestPath(outletJSON(agent.port)),
            try TestPath(
                outletJSON(
                    agent.port, "\"5\"",
                    "\"model\":\"apc-rpdu\",\"version\":\"3\",\"username\":\"md5\",\"authentication\":\"md5\""),
                secrets: ["snmp_auth_password": SNMPAgent.password]),
        ]
        func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        func resident() throws -> Int {
            let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
            return (Int(text[1]) ?? 0) * Int(getpagesize())
        }
        for path in sessions { for _ in 0..<20 { #expect(await path.state().state == .off) } }
        let before = (try descriptors(), try resident(), ingot_snmp_user_count())
        for _ in 0..<500 { for path in sessions { #expect(await path.state().state == .off) } }
        // Tests beside this one open descriptors too; one kept by each use would make a thousand.
        #expect(try descriptors() < before.0 + 100)
        #expect(try resident() - before.1 < 4 << 20, "bytes kept after 1,000 uses")
        #expect(ingot_snmp_user_count() == before.2)
    }

    @Test func manyAtOnceDoNotMixPasswords() async throws {
        let agent = try SNMPAgent(outlets: [5: "off", 6: "on"])
        defer { agent.stop() }
        let more = "\"model\":\"apc-rpdu\",\"version\":\"3\",\"username\":\"sha\",\"authentication\":\"sha\""
        let five = try TestPath(
            outletJSON(agent.port, "\"5\"", more), secrets: ["snmp_auth_password": SNMPAgent.password])
        let six = try TestPath(
            outletJSON(agent.port, "\"6\"", more), secrets: ["snmp_auth_password": SNMPAgent.password])
        let wrong = try TestPath(
            outletJSON(agent.port, "\"5\"", more), secrets: ["snmp_auth_password": "another-phrase"])
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<48 {
                group.addTask {
                    switch number % 3 {
                    case 0: await five.state().state == .off
                    case 1: await six.state().state == .on
                    default: await wrong.state().error?.status == .auth
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
