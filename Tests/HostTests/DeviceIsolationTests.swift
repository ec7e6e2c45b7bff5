// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Host
import Testing

extension HostTests {
    /// A plugin that wants a worker for each device.
    @Suite(.serialized) struct DeviceIsolationTests {
        private func lab() throws -> PluginLab {
            let lab = try PluginLab()
            var plugin = TestPlugin.rogue()
            plugin.isolation = "device"
            try lab.install(plugin)
            return lab
        }

        @Test func eachDeviceHasItsWorkerAndDiesAlone() async throws {
            let lab = try lab()
            let host = lab.host()
            let devices = try ["a", "b", "c"].map { try PluginLab.rogue(host, "fine", name: $0) }
            for device in devices { #expect(try await device.powerState(deadline: .seconds(5)) == .on) }
            let workers = try #require(host.plugins.first?.workers)
            #expect(Set(workers.map(\.pid)).count == 3)
            #expect(Set(workers.map(\.device)) == ["a", "b", "c"])
            #expect(host.plugins.first?.state == .running)
            let bad = try PluginLab.rogue(host, "crash", name: "bad")
            for _ in 0..<5 { _ = await failure { try await bad.powerState(deadline: .seconds(20)) } }
            #expect(lab.events.all(.crashed).map(\.device) == Array(repeating: "bad", count: 5))
            // Out of use, but only this device.
            let error = await failure { try await bad.powerState(deadline: .seconds(5)) }
            #expect(error?.message.contains("quarantined") == true)
            for device in devices { #expect(try await device.powerState(deadline: .seconds(5)) == .on) }
            let after = host.plugins.first?.workers.map(\.pid) ?? []
            #expect(Set(workers.map(\.pid)) == Set(after))
            await host.shutdown()
            #expect(await eventually { lab.workersAlive == 0 })
        }

        @Test func workerEndsWithItsDevice() async throws {
            let lab = try lab()
            let host = lab.host()
            var device: Device? = try PluginLab.rogue(host, "fine", name: "a")
            _ = try await device?.powerState(deadline: .seconds(5))
            let pid = try #require(host.plugins.first?.workers.first?.pid)
            device = nil
            #expect(await eventually { !FileManager.default.fileExists(atPath: "/proc/\(pid)") })
            #expect(host.plugins.first?.workers.isEmpty == true)
            await host.shutdown()
        }

        @Test func upgradeReachesEveryDevice() async throws {
            let lab = try lab()
            let host = lab.host()
            let devices = try ["a", "b"].map { try PluginLab.rogue(host, "fine", name: $0) }
            for device in devices { _ = try await device.powerState(deadline: .seconds(5)) }
            var newer = TestPlugin.rogue().versioned("1.1.0")
            newer.isolation = "device"
            try lab.install(newer)
            host.rescan()
            #expect(
                await eventually {
                    let workers = host.plugins.first?.workers ?? []
                    return workers.count == 2 && workers.allSatisfy { $0.version == "1.1.0" }
                })
            for device in devices { #expect(try await device.powerState(deadline: .seconds(5)) == .on) }
            await host.shutdown()
        }

        @Test func inProcessToo() async throws {
            let lab = try lab()
            let host = lab.host(.inProcess)
            let devices = try ["a", "b"].map { try PluginLab.rogue(host, "fine", name: $0) }
            for device in devices { #expect(try await device.powerState(deadline: .seconds(5)) == .on) }
            await host.shutdown()
        }
    }
}
