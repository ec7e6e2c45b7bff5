// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Host
import Testing

extension HostTests {
    /// A driver that dies takes its own calls along and nothing else.
    @Suite(.serialized) struct CrashTests {
        private func rogue(_ host: PluginHost, _ mode: String, id: String = "dev.example.rogue") throws -> Device {
            try host.device(name: mode, driver: id, configJSON: #"{"mode":"\#(mode)"}"#)
        }

        @Test func crashLeavesEverythingElseWorking() async throws {
            let lab = try PluginLab()
            try lab.install(.relay)
            try lab.install(.rogue())
            let host = lab.host()
            let path = try lab.machine("one")
            let good = try host.device(
                name: "good", driver: "dev.example.relay", configJSON: #"{"path":"\#(path)"}"#)
            let fine = try rogue(host, "fine")
            let bad = try rogue(host, "crash")
            #expect(try await good.powerState(deadline: .seconds(5)) == .off)
            let relayPid = host.plugins.first { $0.id == "dev.example.relay" }?.pid
            #expect(try await fine.powerState(deadline: .seconds(5)) == .on)
            let roguePid = try #require(host.plugins.first { $0.id == "dev.example.rogue" }?.pid)

            let error = await failure { try await bad.powerState(deadline: .seconds(5)) }
            #expect(error?.status == .internal)
            #expect(error?.maybeApplied == false)
            #expect(error?.message == "plugin dev.example.rogue: worker \(roguePid) died of SIGSEGV during power.get")
            let crashes = lab.events.all(.crashed).map(\.message)
            #expect(
                crashes == [
                    "plugin dev.example.rogue: worker \(roguePid) died of SIGSEGV during power.get; "
                        + "last words: rogue: about to touch nothing"
                ])
            #expect(lab.lines.all.filter { $0.contains("SIGSEGV") }.count == 1)

            // A device of the same driver reopens in a new worker; the other plugin noticed nothing.
            #expect(try await fine.powerState(deadline: .seconds(5)) == .on)
            #expect(try await good.powerState(deadline: .seconds(5)) == .off)
            #expect(host.plugins.first { $0.id == "dev.example.relay" }?.pid == relayPid)
            let status = try #require(host.plugins.first { $0.id == "dev.example.rogue" })
            #expect(status.crashes == 1)
            #expect(status.restarts == 1)
            #expect(status.pid != roguePid)
            #expect(status.lastFailure?.contains("SIGSEGV") == true)
            #expect(status.lastWords == "rogue: about to touch nothing")
            await host.shutdown()
        }

        @Test func crashDuringAChangeIsInDoubt() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            // What the driver said about bytes on the wire before it died decides.
            let silent = try rogue(host, "crash")
            let plain = await failure { try await silent.setPower(.on, operation: "o", deadline: .seconds(5)) }
            #expect(plain?.status == .internal)
            #expect(plain?.maybeApplied == false)
            let sending = try rogue(host, "wire-crash")
            let error = await failure { try await sending.setPower(.on, operation: "o", deadline: .seconds(5)) }
            #expect(error?.status == .internal)
            #expect(error?.maybeApplied == true)
            #expect(error?.retryable == false)
            await host.shutdown()
        }

        @Test func abortInOpenIsNotInDoubt() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let bad = try rogue(host, "abort-open")
            let error = await failure { try await bad.setPower(.on, operation: "o", deadline: .seconds(5)) }
            #expect(error?.message.hasSuffix("died of SIGABRT during driver.open") == true)
            #expect(error?.maybeApplied == false)
            // One line, whatever the driver wrote.
            let story = try #require(lab.events.all(.crashed).first?.message)
            #expect(story.hasSuffix("last words: assertion failed:  | [31m1 == 2 | second line"))
            let exit = await failure { try await rogue(host, "exit").powerState(deadline: .seconds(5)) }
            #expect(exit?.message.hasSuffix("exited with status 3 during power.get") == true)
            await host.shutdown()
        }

        @Test func workerWithoutItsChannelIsReplaced() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let mute = await failure { try await rogue(host, "close-channel").powerState(deadline: .milliseconds(300)) }
            #expect(mute?.status == .internal || mute?.status == .timeout)
            #expect(try await rogue(host, "fine").powerState(deadline: .seconds(5)) == .on)
            await host.shutdown()
        }

        @Test func crashingOnEveryCallEndsInQuarantineUntilTheLibraryIsReplaced() async throws {
            let lab = try PluginLab()
            try lab.install(.relay)
            try lab.install(.rogue())
            let host = lab.host()
            let bad = try rogue(host, "crash")
            for _ in 0..<5 {
                #expect(await failure { try await bad.powerState(deadline: .seconds(20)) }?.status == .internal)
            }
            #expect(lab.events.all(.crashed).count == 5)
            let error = await failure { try await bad.powerState(deadline: .seconds(5)) }
            #expect(
                error?.message
                    == "plugin dev.example.rogue is quarantined: it crashed 5 times in 10 minutes; "
                    + "replace its library to use it again")
            #expect(lab.events.all(.quarantined).count == 1)
            #expect(host.plugins.first { $0.id == "dev.example.rogue" }?.state.name == "quarantined")
            #expect(lab.events.all(.crashed).count == 5)
            // Another build of the plugin has another digest.
            try lab.install(.rogue("ANOTHER_BUILD=1", "_FORTIFY_SOURCE=0", "CONCURRENT"))
            let fine = try rogue(host, "fine")
            #expect(await eventually { (try? await fine.powerState(deadline: .seconds(5))) == .on })
            await host.shutdown()
        }

        @Test func unloadableLibrariesSayWhy() async throws {
            let cases: [(macro: String, reason: String)] = [
                ("NO_ENTRY", "does not export ingot_plugin_v1"),
                ("SHORT_DESCRIPTOR", "descriptor has struct_size 40; ABI 1 needs at least 96"),
                ("NULL_DESCRIPTOR", "ingot_plugin_v1 answered NULL"),
                ("OTHER_NAME", #"its name is "Somebody else", but the manifest says "Rogue""#),
                ("MISSING_INTERFACE", "ingot.power/1 is listed, but extension() answers NULL"),
            ]
            let lab = try PluginLab()
            for (index, item) in cases.enumerated() {
                try lab.install(.rogue(item.macro, id: "dev.example.n\(index)"))
            }
            for isolation in [Isolation.process, .inProcess] {
                let host = lab.host(isolation)
                for (index, item) in cases.enumerated() {
                    let device = try rogue(host, "fine", id: "dev.example.n\(index)")
                    let error = await failure { try await device.powerState(deadline: .seconds(5)) }
                    #expect(error?.message.contains(item.reason) == true, "\(item.macro): \(String(describing: error))")
                    let status = host.plugins.first { $0.id == "dev.example.n\(index)" }
                    #expect(status?.state.name == "failed")
                    #expect(status?.state.reason?.contains(item.reason) == true)
                }
                await host.shutdown()
            }
        }

        @Test func crashAndHangWhileLoading() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue("CRASH_AT_START", id: "dev.example.n0"))
            try lab.install(.rogue("SLOW_START", id: "dev.example.n1"))
            var limits = PluginLimits()
            limits.startTime = .milliseconds(500)
            let host = lab.host(limits: limits)
            let crash = try rogue(host, "fine", id: "dev.example.n0")
            let error = await failure { try await crash.powerState(deadline: .milliseconds(300)) }
            #expect(error != nil)
            #expect(await eventually { !lab.events.all(.crashed).isEmpty })
            #expect(lab.events.all(.crashed).first?.message.contains("died of SIGSEGV while loading") == true)
            let slow = try rogue(host, "fine", id: "dev.example.n1")
            let late = await failure { try await slow.powerState(deadline: .seconds(5)) }
            #expect(late?.message.contains("took more than 0.5 seconds to load") == true)
            await host.shutdown()
        }

        @Test func workerThatCannotBeStarted() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(worker: "/nonexistent/worker")
            let error = await failure { try await rogue(host, "fine").powerState(deadline: .seconds(5)) }
            #expect(error?.message.contains("cannot start /nonexistent/worker: No such file or directory") == true)
            await host.shutdown()
        }

        @Test func killedWorkerIsReplaced() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let fine = try rogue(host, "fine")
            _ = try await fine.powerState(deadline: .seconds(5))
            let pid = try #require(host.plugins.first?.pid)
            kill(pid, SIGKILL)
            #expect(await eventually { !lab.events.all(.crashed).isEmpty })
            #expect(lab.events.all(.crashed).first?.message.hasSuffix("died of SIGKILL while idle") == true)
            #expect(try await fine.powerState(deadline: .seconds(5)) == .on)
            await host.shutdown()
        }
    }
}
