// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Testing

@testable import Host

extension HostTests {
    /// Which call killed the worker, and what becomes of the others.
    @Suite(.serialized) struct CulpritTests {
        private func begin(
            _ device: Device, change: Bool = false
        ) -> Task<Result<PowerState, DriverError>, Never> {
            Task {
                do {
                    guard change else { return .success(try await device.powerState(deadline: .seconds(20))) }
                    try await device.setPower(.on, operation: "o", deadline: .seconds(20))
                    return .success(.on)
                } catch {
                    return .failure(error as? DriverError ?? DriverError(status: .internal, message: "\(error)"))
                }
            }
        }

        /// Devices that are open and of which every call waits until `count` calls are inside the plugin.
        private func meeting(_ host: PluginHost, _ names: [String], of count: Int) async throws -> [Device] {
            let devices = try names.map { name in
                try PluginLab.rogue(
                    host, name == "killer" ? "meet-crash" : "meet", name: name, more: #","port":\#(count)"#)
            }
            for device in devices { _ = try await device.inventory(deadline: .seconds(5)) }
            return devices
        }

        @Test func readsAreMadeAgainAndTheKillerIsNamed() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let devices = try await meeting(host, ["a", "b", "c", "changing", "killer"], of: 5)
            let reads = devices.prefix(3).map { begin($0) }
            let change = begin(devices[3], change: true)
            let deadly = begin(devices[4])

            for read in reads { #expect(await read.value == .success(.unknown)) }
            let error = await deadly.value.failure
            #expect(error?.message.contains("power.get of killer kills the worker") == true, "\(error as Any)")
            // A change is never repeated; no byte of it had left, so it was not applied.
            let lost = await change.value.failure
            #expect(lost?.status == .internal)
            #expect(lost?.maybeApplied == false)

            let culprits = lab.events.all(.culprit)
            #expect(culprits.count == 1)
            #expect(culprits.first?.device == "killer")
            #expect(culprits.first?.function == "power.get")
            #expect(lab.events.all(.crashed).count == 1, "deaths in the search are not the plugin's crashes")
            #expect(lab.events.all(.crashed).first?.message.contains("last words: rogue: all are here") == true)
            #expect(host.plugins.first?.crashes == 1)
            await host.shutdown()
            #expect(await eventually { lab.workersAlive == 0 })
        }

        @Test func crashWithoutAReadToBlameSaysSo() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let devices = try await meeting(host, ["innocent", "killer"], of: 2)
            let read = begin(devices[0])
            let change = begin(devices[1], change: true)
            #expect(await read.value == .success(.unknown))
            #expect(await change.value.failure?.status == .internal)
            let culprit = try #require(lab.events.all(.culprit).first)
            #expect(culprit.device == nil)
            #expect(culprit.message.contains("power.set of killer was in flight too and is not repeated"))
            await host.shutdown()
        }

        @Test func killedFromOutsideNobodyIsGuilty() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let devices = try await meeting(host, ["a", "b", "c", "d"], of: 4)
            let pid = try #require(host.plugins.first?.pid)
            let reads = devices.map { begin($0) }
            try await Task.sleep(for: .seconds(1))
            kill(pid, SIGKILL)
            for read in reads { #expect(await read.value == .success(.unknown)) }
            #expect(lab.events.all(.culprit).map(\.device) == [nil])
            await host.shutdown()
        }

        @Test func guiltyDeviceIsFencedOffAndTheOthersGoOn() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let fine = try PluginLab.rogue(host, "fine", name: "fine")
            let bad = try PluginLab.rogue(host, "crash", name: "bad")
            for _ in 0..<3 {
                #expect(await failure { try await bad.powerState(deadline: .seconds(20)) }?.status == .internal)
                #expect(try await fine.powerState(deadline: .seconds(20)) == .on)
            }
            let fences = lab.events.all(.fenced)
            #expect(fences.map(\.device) == ["bad"])
            let pid = host.plugins.first?.pid
            for _ in 0..<20 {
                let error = await failure { try await bad.powerState(deadline: .seconds(5)) }
                #expect(error?.message.hasPrefix("bad is fenced off") == true, "\(error as Any)")
                #expect(error?.message.contains("SIGSEGV during power.get") == true)
                #expect(error?.retryAfter != nil)
                #expect(try await fine.powerState(deadline: .seconds(5)) == .on)
            }
            #expect(host.plugins.first?.pid == pid)
            #expect(lab.events.all(.crashed).count == 3)
            #expect(lab.events.all(.quarantined).isEmpty)
            // An operator who reloads the plugin gives it another chance.
            _ = try await host.reload("dev.example.rogue")
            #expect(
                await failure { try await bad.powerState(deadline: .seconds(5)) }?.message.contains("SIGSEGV") == true)
            #expect(lab.events.all(.crashed).count == 4)
            await host.shutdown()
        }

        @Test func fencesNeedAWitnessAndGrow() {
            var table = FenceTable()
            let second: UInt64 = 1_000_000_000
            // A plugin of which no device ever answers is the plugin's own matter.
            for at in 1...4 { #expect(table.convict("a", of: "x", at: UInt64(at) * second) == nil) }
            table.answered("a")
            #expect(table.convict("a", of: "x", at: 5 * second) == nil, "its own answers do not speak against it")
            table.answered("b")
            let first = table.convict("a", of: "power.get", at: 10 * second)
            #expect(first?.until == 310 * second)
            #expect(table.fence("a", at: 309 * second)?.reason == "power.get")
            #expect(table.fence("b", at: 20 * second) == nil)
            #expect(table.fence("a", at: 310 * second) == nil)
            // Afterwards one more is enough, and lasts twice as long, up to an hour.
            #expect(table.convict("a", of: "x", at: 400 * second)?.until == 1000 * second)
            var until: UInt64 = 0
            for at in 0..<10 {
                let now = UInt64(10_000 + at * 10_000) * second
                until = (table.convict("a", of: "x", at: now)?.until ?? 0) - now
            }
            #expect(until == 3600 * second)
            // Old convictions are forgotten.
            var other = FenceTable()
            _ = other.convict("a", of: "x", at: second)
            _ = other.convict("a", of: "x", at: 2 * second)
            other.answered("b")
            #expect(other.convict("a", of: "x", at: 700 * second) == nil)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
