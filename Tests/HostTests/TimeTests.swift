// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Testing

extension HostTests {
    /// Deadlines, cancelling, waiting and hanging.
    @Suite(.serialized) struct TimeTests {
        private func rogue(_ host: PluginHost, _ mode: String) throws -> Device {
            try host.device(name: mode, driver: "dev.example.rogue", configJSON: #"{"mode":"\#(mode)"}"#)
        }

        private func time<T: Sendable>(_ work: () async -> T) async -> (T, Duration) {
            let start = ContinuousClock.now
            let result = await work()
            return (result, ContinuousClock.now - start)
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func hangEndsInTimeAndTheNextCallWorks(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(isolation)
            let fine = try rogue(host, "fine")
            _ = try await fine.powerState(deadline: .seconds(5))
            let before = host.plugins.first?.pid
            let hung = try rogue(host, "hang")
            let (error, took) = await time { await failure { try await hung.powerState(deadline: .milliseconds(500)) } }
            #expect(error?.status == .timeout)
            #expect(error?.maybeApplied == false)
            #expect(took >= .milliseconds(500))
            #expect(took < .milliseconds(2500))
            #expect(lab.events.all(.hung).count == 1)
            // At once, in a new worker, while the old one is still being ended.
            let (state, next) = await time { try? await fine.powerState(deadline: .seconds(5)) }
            #expect(state == .on)
            #expect(next < .seconds(1))
            if isolation == .process {
                #expect(host.plugins.first?.pid != before)
                let pid = try #require(before)
                #expect(await eventually { !FileManager.default.fileExists(atPath: "/proc/\(pid)") })
            }
            let change = await failure {
                try await hung.setPower(.on, operation: "o", deadline: .milliseconds(200))
            }
            #expect(change?.status == .timeout)
            #expect(change?.maybeApplied == true)
            // A hang is no crash: it neither delays the next worker nor counts towards quarantine.
            #expect(host.plugins.first?.crashes == 0)
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func otherCallsOfAHungWorkerMayFinish(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(isolation)
            let hung = try rogue(host, "hang")
            let nap = try rogue(host, "nap")
            _ = try await nap.powerState(deadline: .seconds(5))
            async let first = failure { try await hung.powerState(deadline: .milliseconds(100)) }
            try await Task.sleep(for: .milliseconds(900))
            // Begins before the worker is given up at 1.1 s and ends after.
            async let second = nap.powerState(deadline: .seconds(5))
            #expect(await first?.status == .timeout)
            #expect(try await second == .unknown)
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func deadlineAndCancelReachTheDriver(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(isolation)
            let slow = try rogue(host, "slow")
            let (late, took) = await time { await failure { try await slow.powerState(deadline: .milliseconds(300)) } }
            #expect(late?.message == "gave up when told to")
            #expect(took >= .milliseconds(300))
            #expect(took < .milliseconds(1200))

            let task = Task { await failure { try await slow.powerState(deadline: .seconds(60)) } }
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            let (cancelled, after) = await time { await task.value }
            #expect(cancelled?.status == .cancelled)
            #expect(after < .seconds(1))
            #expect(lab.events.all(.hung).isEmpty)
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func blockingLibrariesAreInterrupted(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(isolation)
            let deaf = try rogue(host, "eintr")
            let (error, took) = await time { await failure { try await deaf.powerState(deadline: .milliseconds(200)) } }
            #expect(error?.message == "interrupted")
            #expect(took < .seconds(1))
            #expect(lab.events.all(.hung).isEmpty)
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func callsOfOneDeviceWaitForEachOther(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(isolation)
            let device = try rogue(host, "overlap")
            // The driver answers STATE to a call that comes while another is inside.
            await withTaskGroup(of: DriverError?.self) { group in
                for _ in 0..<8 {
                    group.addTask { await failure { try await device.powerState(deadline: .seconds(9)) } }
                }
                for await error in group { #expect(error == nil) }
            }
            let slow = try rogue(host, "slow")
            async let first = failure { try await slow.powerState(deadline: .milliseconds(800)) }
            try await Task.sleep(for: .milliseconds(100))
            let (second, took) = await time {
                await failure { try await slow.powerState(deadline: .milliseconds(200)) }
            }
            #expect(second?.status == .timeout)
            #expect(second?.message.contains("while an earlier call was running") == true)
            #expect(took < .milliseconds(600))
            #expect(await first?.message == "gave up when told to")
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func concurrentDriversOverlap(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue("CONCURRENT"))
            let host = lab.host(isolation)
            let device = try rogue(host, "overlap")
            let warm = try rogue(host, "fine")
            _ = try await warm.powerState(deadline: .seconds(5))
            let errors = await withTaskGroup(of: DriverError?.self) { group in
                for _ in 0..<8 {
                    group.addTask { await failure { try await device.powerState(deadline: .seconds(9)) } }
                }
                return await group.reduce(into: [DriverError?]()) { $0.append($1) }
            }
            #expect(errors.contains { $0?.status == .state })
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func moreDevicesThanThreads(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(isolation)
            let devices = try (0..<100).map { _ in try rogue(host, "slow") }
            let errors = await withTaskGroup(of: DriverError?.self) { group in
                for device in devices {
                    group.addTask { await failure { try await device.powerState(deadline: .seconds(1)) } }
                }
                return await group.reduce(into: [DriverError?]()) { $0.append($1) }
            }
            // Sixty-four run, the rest are told at their deadline that they never began; nobody hangs.
            #expect(errors.count == 100)
            #expect(errors.allSatisfy { $0?.status == .cancelled || $0?.status == .timeout })
            #expect(lab.events.all(.hung).isEmpty)
            await host.shutdown()
        }
    }
}
