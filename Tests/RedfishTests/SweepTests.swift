// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import PluginAPI
import PluginTesting
import RedfishSimulator
import Synchronization
import Testing

@testable import Redfish

@Suite(.serialized) struct SweepTests {
    private struct Result: Equatable {
        var status: Int32
        var value: Int32
    }

    /// Sweeps the devices through the C interface; results by index.
    private func sweep(
        _ devices: [OpenDevice], _ subject: Int32, deadline: Duration = .seconds(20)
    ) async throws -> (status: ingot_status, results: [Int: Result], record: TestCall.Record) {
        let plugin = try LoadedPlugin.named("ingot-redfish")
        let table = try plugin.interface(INGOT_SWEEP, ingot_sweep.self).pointee
        var secrets: [String: String] = [:]
        for (index, device) in devices.enumerated() { secrets["\(index).password"] = device.secrets["password"] }
        let call = TestCall(deadline: deadline, secrets: secrets)
        let status = await onOwnThread {
            let handles: [OpaquePointer?] = devices.map(\.device)
            return handles.withUnsafeBufferPointer { handles in
                call.run { table.read(handles.baseAddress, handles.count, $0, subject) }
            }
        }
        var results: [Int: Result] = [:]
        for (key, bytes) in call.result.emitted where key == "result" {
            for start in stride(from: 0, to: bytes.count, by: 16) {
                let words = (0..<4).map { word in
                    (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + word * 4 + $1]) << (8 * UInt32($1)) }
                }
                #expect(results[Int(words[0])] == nil, "device \(words[0]) twice")
                results[Int(words[0])] = Result(
                    status: Int32(bitPattern: words[1]), value: Int32(bitPattern: words[2]))
            }
        }
        return (status, results, call.result)
    }

    @Test func eachDeviceOnceWithItsOwnAnswer() async throws {
        var bmcs: [SimulatedBMC] = []
        for index in 0..<24 { bmcs.append(try await SimulatedBMC(power: index % 3 == 0 ? .on : .off)) }
        var devices = try bmcs.map { try $0.open() }
        let dead = try ScriptedService { _ in .notFound }
        dead.stop()
        devices.append(try OpenDevice(dead.address))
        devices.append(
            try OpenDevice(["address": bmcs[0].server.baseURL, "username": "admin"], password: "wrong"))
        let basic = Machine(hasSessions: false)
        let service = try basic.start()
        devices.append(try OpenDevice(service.address))

        for round in 0..<3 {
            let (status, results, record) = try await sweep(devices, Int32(INGOT_SWEEP_POWER))
            #expect(status == INGOT_OK)
            #expect(results.count == devices.count)
            for index in bmcs.indices {
                #expect(results[index] == Result(status: INGOT_OK, value: index % 3 == 0 ? .on : .off))
            }
            #expect(results[24]?.status == INGOT_E_UNREACHABLE)
            #expect(results[25]?.status == INGOT_E_AUTH)
            #expect(results[26] == Result(status: INGOT_OK, value: .off))
            let requests = record.wire.filter { !$0.received }.count
            if round > 0 { #expect(requests <= devices.count + 3, "a known device takes one request") }
            #expect(!record.wire.contains { String(decoding: $0.bytes, as: UTF8.self).contains("canary") })
        }
        for bmc in bmcs {
            #expect(bmc.server.statistics.sessionsOpened == 1)
            #expect(bmc.server.statistics.connections <= 6, "connections are kept between sweeps")
        }
        // The same sessions serve ordinary calls, and end with the devices.
        #expect(await devices[0].powerState().number == .on)
        for device in devices { device.close() }
        for bmc in bmcs {
            #expect(bmc.server.statistics.sessionsOpen == 0)
            await bmc.stop()
        }
        service.stop()
    }

    @Test func healthIsTheRollup() async throws {
        let service = try Machine().start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        let (_, results, _) = try await sweep([device], Int32(INGOT_SWEEP_HEALTH))
        #expect(results == [0: Result(status: INGOT_OK, value: Int32(INGOT_HEALTH_WARNING))])
        #expect(try await sweep([device], 99).status == INGOT_E_UNSUPPORTED)
    }

    @Test func aSilentDeviceHoldsNobodyUp() async throws {
        let bmc = try await SimulatedBMC(power: .on)
        let silent = try ScriptedService { _ in ScriptedService.Answer(raw: Array("HTTP/1.1 2".utf8), holdsOpen: true) }
        let devices = [try bmc.open(), try OpenDevice(silent.address)]
        let (status, results, _) = try await sweep(devices, Int32(INGOT_SWEEP_POWER), deadline: .seconds(3))
        #expect(status == INGOT_E_TIMEOUT || status == INGOT_OK)
        #expect(results[0] == Result(status: INGOT_OK, value: .on))
        #expect(results[1] == nil || results[1]?.status == INGOT_E_TIMEOUT)
        for device in devices { device.close() }
        silent.stop()
        await bmc.stop()
    }

    /// As many as are asked at the same time say nothing; the one behind them gets its turn before the deadline.
    @Test func aWindowFullOfSilentDevicesIsNotTheWholeSweep() async throws {
        let bmc = try await SimulatedBMC(power: .on)
        let silent = try SilentListener()
        defer { silent.close() }
        let devices = try (0..<256).map { _ in try OpenDevice("http://127.0.0.1:\(silent.port)") } + [bmc.open()]
        let (_, results, _) = try await sweep(devices, Int32(INGOT_SWEEP_POWER), deadline: .seconds(8))
        #expect(results[256] == Result(status: INGOT_OK, value: .on))
        // Whoever needs no successor may have the whole time; without a result it reads as TIMEOUT.
        #expect(results[0]?.status == INGOT_E_TIMEOUT)
        #expect((1..<256).allSatisfy { results[$0].map { $0.status == INGOT_E_TIMEOUT } ?? true })
        for device in devices { device.close() }
        await bmc.stop()
    }

    @Test func theTimeIsSharedByWaves() {
        func share(_ waiting: Int) -> Duration { SweepVisit.share(of: .seconds(60), waiting: waiting, width: 256) }
        #expect(share(1) == .seconds(60) && share(256) == .seconds(60))
        #expect(share(257) == .seconds(30) && share(1024) == .seconds(15))
        #expect(share(0) == .seconds(60))
    }

    @Test func aSessionThatHasEndedIsReplacedOnce() async throws {
        let machine = Machine()
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        _ = try await sweep([device], Int32(INGOT_SWEEP_POWER))
        machine.state.withLock { $0.sessions = [:] }
        let (_, results, _) = try await sweep([device], Int32(INGOT_SWEEP_POWER))
        #expect(results == [0: Result(status: INGOT_OK, value: .off)])
        #expect(machine.now.sessionsMade == 2)
    }
}
