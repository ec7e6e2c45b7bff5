// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import OutletSimulator
import PluginKit
import PluginTesting
import Testing

@testable import Outlet

/// Power of many machines in one call.
@Suite("Outlet sweep", .serialized, .timeLimit(.minutes(2)))
struct SweepTests {
    private func devices(_ configurations: [String]) throws -> [OutletDevice] {
        try configurations.map { OutletDevice(path: PowerPath(try PowerConfiguration(json: $0))) }
    }

    /// Sweeps; the results by the device's place, and the error.
    private func sweep(
        _ devices: [OutletDevice], secrets: [String: String], deadline: Duration = .seconds(60)
    ) async -> (results: [Int: SweepResult], error: PluginError?, record: TestCall.Record) {
        let call = TestCall(deadline: deadline, secrets: secrets)
        let error = await onOwnThread {
            var failure: PluginError?
            call.run { raw in
                do throws(PluginError) { try OutletDriver().sweep(devices, .power, Call(raw)) } catch {
                    failure = error
                }
            }
            return failure
        }
        var results: [Int: SweepResult] = [:]
        for emitted in call.result.emitted {
            let words = stride(from: 0, to: emitted.bytes.count - 3, by: 4).map { at in
                (0..<4).reduce(UInt32(0)) { $0 | UInt32(emitted.bytes[at + $1]) << (8 * UInt32($1)) }
            }
            for at in stride(from: 0, to: words.count - 3, by: 4) {
                let index = Int(words[at])
                #expect(results[index] == nil, "each device once")
                let status = PluginError.Status(rawValue: Int32(bitPattern: words[at + 1]))
                var result = SweepResult(index: index, value: Int32(bitPattern: words[at + 2]))
                result.failure = status
                results[index] = result
            }
        }
        return (results, error, call.result)
    }

    /// More machines than are asked at a time; some PDUs lose datagrams, one is silent, one port is closed.
    @Test func manyMachinesAreToldOnceAndTruly() async throws {
        var pdus: [OutletServer] = []
        for number in 0..<10 {
            let outlets = (1...64).map { ($0, SharedChassis(Chassis(power: $0.isMultiple(of: 3) ? .on : .off))) }
            pdus.append(
                try await OutletServer.start(
                    .init(outlets: 64), outlets: Dictionary(uniqueKeysWithValues: outlets),
                    faults: FaultInjector(number < 2 ? [try Fault("loss:1%")] : [], seed: 7)))
        }
        pdus[9].faults.set([try Fault("hang")])
        let closed = try SNMPAgent.freePort()
        var configurations = (0..<600).map { index in
            outletJSON(UInt16(pdus[index % 9].port), "\"\(index / 9 % 64 + 1)\"")
        }
        configurations[100] = outletJSON(UInt16(pdus[9].port))
        configurations[101] = outletJSON(closed)
        configurations[102] = outletJSON(UInt16(pdus[0].port), "\"99\"")
        configurations[103] = #"{"wake_on_lan":{"mac":"52:54:00:12:34:56"}}"#
        let secrets = Dictionary(
            uniqueKeysWithValues: configurations.indices.filter { $0 != 104 }.map { ("\($0).community", "private") })
        let (results, error, _) = await sweep(try devices(configurations), secrets: secrets)
        #expect(error == nil && results.count == configurations.count)
        #expect(results[100]?.failure == .unreachable)
        #expect(results[101]?.failure == .unreachable)
        #expect(results[102]?.failure == .invalid)
        #expect(results[103]?.value == PluginKit.PowerState.unknown.rawValue && results[103]?.failure == nil)
        #expect(results[104]?.failure == .invalid, "its secret is missing")
        for (index, result) in results where !(100...104).contains(index) {
            let isOn = (index / 9 % 64 + 1).isMultiple(of: 3)
            let wanted: PluginKit.PowerState = isOn ? .on : .off
            #expect(result.failure == nil && result.value == wanted.rawValue, "device \(index)")
        }
        for pdu in pdus { await pdu.stop() }
    }

    @Test func usersOfVersion3AreAskedToo() async throws {
        let agent = try SNMPAgent(outlets: [1: "on", 2: "off"])
        defer { agent.stop() }
        let configurations = ["sha-256-aes", "md5", "plain"].enumerated().map { index, user in
            let parts =
                [
                    ["\"username\":\"\(user)\"", "\"authentication\":\"sha-256\"", "\"privacy\":\"aes\""],
                    ["\"username\":\"\(user)\"", "\"authentication\":\"md5\""], ["\"username\":\"\(user)\""],
                ][index]
            return outletJSON(
                agent.port, "\"\(index % 2 + 1)\"",
                "\"model\":\"apc-rpdu\",\"version\":\"3\",\(parts.joined(separator: ","))")
        }
        let secrets = [
            "0.snmp_auth_password": SNMPAgent.password, "0.snmp_privacy_password": SNMPAgent.privacy,
            "1.snmp_auth_password": "a wrong passphrase",
        ]
        let (results, error, _) = await sweep(try devices(configurations), secrets: secrets)
        #expect(error == nil)
        #expect(results[0]?.value == PluginKit.PowerState.on.rawValue && results[0]?.failure == nil)
        #expect(results[1]?.failure == .auth)
        #expect(results[2]?.value == PluginKit.PowerState.on.rawValue && results[2]?.failure == nil)
    }

    @Test func theDeadlineEndsIt() async throws {
        let pdu = try await OutletServer.start(.init(), faults: FaultInjector([try Fault("hang")]))
        let begin = ContinuousClock.now
        let (results, error, _) = await sweep(
            try devices([outletJSON(UInt16(pdu.port))]), secrets: ["0.community": "private"], deadline: .seconds(1))
        #expect(results.isEmpty && (error == nil || error?.status == .timeout))
        #expect(ContinuousClock.now - begin >= .milliseconds(900))
        await pdu.stop()
    }
}
