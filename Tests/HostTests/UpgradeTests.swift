// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Host
import Testing

extension HostTests {
    /// Another library beside running work, and back again.
    @Suite(.serialized) struct UpgradeTests {
        private func versions(_ host: PluginHost) -> [String] {
            host.plugins.first?.workers.map { $0.version + ($0.isLeaving ? " leaving" : "") }.sorted() ?? []
        }

        @Test func newWorkerTakesNewCallsWhileTheOldOneFinishes() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let slow = try PluginLab.rogue(host, "slow")
            let fine = try PluginLab.rogue(host, "fine")
            _ = try await fine.powerState(deadline: .seconds(5))
            let old = try #require(host.plugins.first?.pid)
            let running = Task { await failure { try await slow.powerState(deadline: .seconds(2)) } }
            try await Task.sleep(for: .milliseconds(200))
            try lab.install(.rogue().versioned("1.1.0"))
            let status = try await host.reload("dev.example.rogue")
            #expect(status.manifest?.version == "1.1.0")
            #expect(status.pid != old)
            #expect(versions(host) == ["1.0.0 leaving", "1.1.0"])
            #expect(try await fine.powerState(deadline: .seconds(5)) == .on)
            #expect(lab.events.all(.upgraded).first?.message.contains("serves 1.1.0; worker \(old) ends after") == true)
            // The call that ran at the upgrade ends as the driver ends it.
            #expect(await running.value?.message == "gave up when told to")
            #expect(await eventually { versions(host) == ["1.1.0"] })
            #expect(lab.events.all(.crashed).isEmpty)
            await host.shutdown()
        }

        @Test func libraryThatDoesNotServeIsNotUsed() async throws {
            for macro in ["CRASH_AT_START", "NO_ENTRY"] {
                let lab = try PluginLab()
                try lab.install(.rogue())
                let host = lab.host()
                let fine = try PluginLab.rogue(host, "fine")
                _ = try await fine.powerState(deadline: .seconds(5))
                let old = host.plugins.first?.pid
                try lab.install(.rogue().versioned("1.1.0", macro))
                let error = await failure { _ = try await host.reload("dev.example.rogue") }
                #expect(error?.message.hasPrefix("plugin dev.example.rogue goes on as it was: ") == true)
                #expect(host.plugins.first?.pid == old)
                #expect(try await fine.powerState(deadline: .seconds(5)) == .on)
                #expect(lab.events.all(.rolledBack).count == 1)
                // It is not tried again by itself, and the old one can still be started from its file.
                host.rescan()
                kill(try #require(old), SIGKILL)
                #expect(await eventually { (try? await fine.powerState(deadline: .seconds(5))) == .on })
                #expect(versions(host) == ["1.0.0"])
                #expect(lab.events.all(.rolledBack).count == 1)
                await host.shutdown()
            }
        }

        @Test(arguments: [true, false]) func earlyDeathRollsBack(oldIsStillThere: Bool) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let fine = try PluginLab.rogue(host, "fine")
            let slow = try PluginLab.rogue(host, "slow")
            _ = try await fine.powerState(deadline: .seconds(5))
            let old = try #require(host.plugins.first?.pid)
            // A call that runs keeps the old worker.
            let running = Task { await failure { try await slow.powerState(deadline: .seconds(4)) } }
            if !oldIsStillThere { running.cancel() }
            try await Task.sleep(for: .milliseconds(200))
            try lab.install(.rogue().versioned("2.0.0", "CRASH_ALWAYS"))
            host.rescan()
            #expect(await eventually { host.plugins.first?.manifest?.version == "2.0.0" })
            if !oldIsStillThere { #expect(await eventually { versions(host) == ["2.0.0"] }) }
            let error = await failure { try await fine.powerState(deadline: .seconds(5)) }
            #expect(error?.message.contains("SIGSEGV during power.get") == true)
            // At once, not after a restart's delay.
            #expect(try await fine.powerState(deadline: .seconds(5)) == .on)
            let status = try #require(host.plugins.first)
            #expect(status.manifest?.version == "1.0.0")
            #expect((status.pid == old) == oldIsStillThere)
            let story = lab.events.all(.rolledBack).first?.message
            #expect(
                story == "plugin dev.example.rogue: 2.0.0 died after 1 calls; 1.0.0 is used again", "\(story as Any)")
            host.rescan()
            #expect(host.plugins.first?.manifest?.version == "1.0.0", "what failed is not tried again by itself")
            _ = await running.value
            await host.shutdown()
        }

        @Test func libraryThatProvedItselfStays() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            var limits = PluginLimits()
            limits.probationCalls = 5
            let host = lab.host(limits: limits)
            let fine = try PluginLab.rogue(host, "fine")
            _ = try await fine.powerState(deadline: .seconds(5))
            try lab.install(.rogue().versioned("1.1.0"))
            _ = try await host.reload("dev.example.rogue")
            for _ in 0..<6 { _ = try await fine.powerState(deadline: .seconds(5)) }
            let bad = try PluginLab.rogue(host, "crash")
            _ = await failure { try await bad.powerState(deadline: .seconds(5)) }
            #expect(try await fine.powerState(deadline: .seconds(5)) == .on)
            #expect(host.plugins.first?.manifest?.version == "1.1.0")
            #expect(lab.events.all(.rolledBack).isEmpty)
            await host.shutdown()
        }

        @Test func reloadLiftsAQuarantine() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let bad = try PluginLab.rogue(host, "crash")
            for _ in 0..<5 { _ = await failure { try await bad.powerState(deadline: .seconds(20)) } }
            #expect(host.plugins.first?.state.name == "quarantined")
            _ = try await host.reload("dev.example.rogue")
            let fine = try PluginLab.rogue(host, "fine")
            #expect(try await fine.powerState(deadline: .seconds(5)) == .on)
            let unknown = await failure { _ = try await host.reload("dev.example.nobody") }
            #expect(unknown?.message == "there is no plugin dev.example.nobody")
            await host.shutdown()
        }

        @Test func inProcessToo() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(.inProcess)
            let fine = try PluginLab.rogue(host, "fine")
            _ = try await fine.powerState(deadline: .seconds(5))
            try lab.install(.rogue().versioned("1.1.0"))
            #expect(try await host.reload("dev.example.rogue").manifest?.version == "1.1.0")
            #expect(try await fine.powerState(deadline: .seconds(5)) == .on)
            await host.shutdown()
        }

        @Test func openConsoleStaysWithItsWorker() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let device = try PluginLab.rogue(host, "fine")
            let console = try await device.console(deadline: .seconds(5))
            try lab.install(.rogue().versioned("1.1.0"))
            _ = try await host.reload("dev.example.rogue")
            #expect(try await device.powerState(deadline: .seconds(5)) == .on)
            try await Task.sleep(for: .milliseconds(600))
            #expect(versions(host) == ["1.0.0 leaving", "1.1.0"])
            // The driver echoes; the old worker still serves it.
            #expect(write(console, "x", 1) == 1)
            var byte: UInt8 = 0
            #expect(read(console, &byte, 1) == 1)
            #expect(byte == UInt8(ascii: "x"))
            close(console)
            #expect(await eventually { versions(host) == ["1.1.0"] })
            await host.shutdown()
        }
    }
}
