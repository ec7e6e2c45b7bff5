// SPDX-License-Identifier: GPL-3.0-or-later
import BMCModel
import Foundation
import IPMISimulator
import PluginAPI
import PluginTesting
import Testing

@Suite struct SweepTests {
    /// Many devices of the loaded driver, swept through the C interface.
    private final class Fleet: @unchecked Sendable {
        let plugin: LoadedPlugin
        let devices: [OpaquePointer?]
        private let driver: UnsafePointer<ingot_driver>
        private let sweeping: UnsafePointer<ingot_sweep>

        convenience init(ports: [Int]) throws { try self.init(hosts: ports.map { ("127.0.0.1", $0) }) }

        init(hosts: [(address: String, port: Int)]) throws {
            plugin = try LoadedPlugin.named("ingot-ipmi")
            let driver = try plugin.interface(INGOT_DRIVER, ingot_driver.self)
            self.driver = driver
            sweeping = try plugin.interface(INGOT_SWEEP, ingot_sweep.self)
            devices = hosts.map { address, port in
                let json = #"{"host":"\#(address)","port":\#(port),"username":"admin"}"#
                var device: OpaquePointer?
                _ = TestCall().run { driver.pointee.open($0, json, &device) }
                return device
            }
        }

        func close() {
            for device in devices { TestCall().run { driver.pointee.close(device, $0) } }
        }

        /// Closes the devices without waiting for BMCs that are gone.
        func forget() {
            for device in devices { TestCall(deadline: .milliseconds(1)).run { driver.pointee.close(device, $0) } }
        }

        struct Outcome {
            var status: Int32
            var results: [Int: ingot_sweep_result]
            var elapsed: Duration
            var finishedAt: [Int: Duration]
        }

        func sweep(_ subject: Int32 = INGOT_SWEEP_POWER, deadline: Duration = .seconds(20)) async -> Outcome {
            await onOwnThread { [self] in
                var secrets: [String: String] = [:]
                for index in devices.indices { secrets["\(index).password"] = BuiltInBMC.password }
                let call = TestCall(deadline: deadline, secrets: secrets)
                let begin = ContinuousClock.now
                let status = call.run { sweeping.pointee.read(devices, devices.count, $0, subject) }
                let elapsed = ContinuousClock.now - begin
                var results: [Int: ingot_sweep_result] = [:]
                for emitted in call.result.emitted where emitted.key == "result" {
                    emitted.bytes.withUnsafeBytes { bytes in
                        for offset in stride(from: 0, to: bytes.count, by: 16) {
                            let result = bytes.loadUnaligned(fromByteOffset: offset, as: ingot_sweep_result.self)
                            results[Int(result.index)] = result
                        }
                    }
                }
                return Outcome(status: status, results: results, elapsed: elapsed, finishedAt: [:])
            }
        }
    }

    @Test func aSweepReadsAllAndKeepsTheSessions() async throws {
        let configuration = IPMIServer.Configuration(password: BuiltInBMC.password)
        let farm = try await IPMIFarm.start(
            count: 300, configuration,
            chassis: { SharedChassis(Chassis(power: $0 % 3 == 0 ? .on : .off)) })
        let fleet = try Fleet(ports: farm.servers.map(\.port))
        let cold = await fleet.sweep()
        #expect(cold.status == INGOT_OK)
        #expect(cold.results.count == 300)
        for (index, result) in cold.results {
            #expect(result.status == INGOT_OK)
            #expect(result.value == (index % 3 == 0 ? Int32(INGOT_POWER_ON) : Int32(INGOT_POWER_OFF)))
        }
        let warm = await fleet.sweep(INGOT_SWEEP_HEALTH)
        #expect(warm.results.values.allSatisfy { $0.status == INGOT_OK && $0.value == INGOT_HEALTH_OK })
        print("sweep of 300: cold \(cold.elapsed), warm \(warm.elapsed)")
        let statistics = farm.servers.map(\.statistics)
        #expect(statistics.allSatisfy { $0.sessionsOpened == 1 && $0.sessionsOpen == 1 })
        fleet.close()
        #expect(farm.servers.map(\.statistics).allSatisfy { $0.sessionsOpen == 0 })
        await farm.stop()
    }

    /// Ten thousand BMCs with new sessions: each is asked once, by one session, and none is lost. Counted by the BMCs.
    @Test func tenThousandAreSweptWithNoneLost() async throws {
        let count = 10_000
        let farm = try LoopbackFarm.start(
            count: count, IPMIServer.Configuration(password: BuiltInBMC.password, cipherSuites: [17]),
            chassis: { SharedChassis(Chassis(power: $0 % 3 == 0 ? .on : .off)) })
        let fleet = try Fleet(hosts: (0..<count).map { (LoopbackFarm.address($0), farm.port) })
        let outcome = await fleet.sweep(deadline: .seconds(100))
        #expect(outcome.status == INGOT_OK)
        #expect(outcome.results.count == count)
        let wrong = outcome.results.count { index, result in
            result.status != INGOT_OK || result.value != Int32(index % 3 == 0 ? INGOT_POWER_ON : INGOT_POWER_OFF)
        }
        #expect(wrong == 0)
        print("sweep of \(count): \(outcome.elapsed)")
        let status = IPMIStatistics.Command(0x00, 0x01)
        let odd = (0..<count).count { index in
            let seen = farm.statistics(index)
            return (seen.commands[status] ?? 0) < 1 || seen.sessionsOpened != 1 || seen.sessionsOpen != 1
        }
        #expect(odd == 0)
        farm.stop()
        fleet.forget()
    }

    @Test func aSessionOfASweepServesOtherCallsToo() async throws {
        try await withBMC { bmc in
            let fleet = try Fleet(ports: [Int(bmc.port)])
            #expect(await fleet.sweep().results[0]?.status == INGOT_OK)
            let power = try fleet.plugin.interface(INGOT_POWER, ingot_power.self)
            let device = fleet.devices[0]
            nonisolated(unsafe) let pointers = (device, power)
            let status = await onOwnThread {
                let secrets = ["password": BuiltInBMC.password]
                return TestCall(secrets: secrets).run { pointers.1.pointee.set(pointers.0, $0, Int32(INGOT_DO_ON)) }
            }
            #expect(status == INGOT_OK)
            #expect(bmc.chassis.snapshot.power == .on)
            #expect(bmc.server.statistics.sessionsOpened == 1)
            fleet.close()
        }
    }

    @Test func deadAndRefusingBMCsDoNotHoldUpTheOthers() async throws {
        let configuration = IPMIServer.Configuration(password: BuiltInBMC.password)
        let farm = try await IPMIFarm.start(
            count: 100, configuration,
            faults: { FaultInjector($0 % 10 == 3 ? [(try? Fault("hang"))].compactMap { $0 } : []) })
        let closed = try SimulatedBMC.freePort("127.0.0.1")
        let fleet = try Fleet(ports: farm.servers.map(\.port) + [Int(closed)])
        let outcome = await fleet.sweep(deadline: .seconds(3))
        #expect(outcome.status == INGOT_OK)
        #expect(outcome.elapsed < .seconds(4))
        #expect(outcome.results.count == 101)
        for index in 0..<100 {
            #expect(outcome.results[index]?.status == (index % 10 == 3 ? INGOT_E_TIMEOUT : INGOT_OK), "\(index)")
        }
        #expect(outcome.results[100]?.status == INGOT_E_UNREACHABLE)
        fleet.close()
        await farm.stop()
    }

    @Test func sessionsTheBMCsForgotAreOpenedAgain() async throws {
        let configuration = IPMIServer.Configuration(
            password: BuiltInBMC.password, inactivity: .seconds(1))
        let farm = try await IPMIFarm.start(count: 20, configuration)
        let fleet = try Fleet(ports: farm.servers.map(\.port))
        #expect(await fleet.sweep().results.values.allSatisfy { $0.status == INGOT_OK })
        try await Task.sleep(for: .milliseconds(1500))
        let again = await fleet.sweep()
        #expect(again.results.count == 20)
        #expect(again.results.values.allSatisfy { $0.status == INGOT_OK })
        fleet.close()
        await farm.stop()
    }

    @Test func wrongPasswordsAndUnknownSubjectsAreTold() async throws {
        try await withBMC(password: "another") { bmc in
            let fleet = try Fleet(ports: [Int(bmc.port)])
            let outcome = await fleet.sweep()
            #expect(outcome.results[0]?.status == INGOT_E_AUTH)
            #expect(bmc.server.statistics.loginsTried <= 2)
            #expect(await fleet.sweep(77).status == INGOT_E_UNSUPPORTED)
            fleet.close()
        }
    }

    @Test func lossIsOvercome() async throws {
        let configuration = IPMIServer.Configuration(password: BuiltInBMC.password)
        let farm = try await IPMIFarm.start(
            count: 40, configuration,
            faults: { FaultInjector([(try? Fault("loss:0.2"))].compactMap { $0 }, seed: UInt64($0)) })
        let fleet = try Fleet(ports: farm.servers.map(\.port))
        let outcome = await fleet.sweep(deadline: .seconds(15))
        for (index, result) in outcome.results {
            #expect(result.status == INGOT_OK, "\(index): status \(result.status), code \(result.vendor_code)")
        }
        #expect(outcome.results.count == 40)
        fleet.close()
        await farm.stop()
    }
}
