// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Testing

extension HostTests {
    /// Many calls cost nothing that stays.
    @Suite(.serialized) struct LeakTests {
        private func count(_ path: String) -> Int {
            (try? FileManager.default.contentsOfDirectory(atPath: path).count) ?? 0
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func aThousandCalls(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.relay)
            let host = lab.host(isolation)
            let path = try lab.machine("one")
            let device = try host.device(
                name: "one", driver: "dev.example.relay", configJSON: #"{"path":"\#(path)"}"#)
            let installer = try host.installer("dev.example.relay")
            for _ in 0..<20 { _ = try await device.powerState(deadline: .seconds(5)) }
            let process = host.plugins.first?.pid.map { "/proc/\($0)" } ?? "/proc/self"
            let before = (count("\(process)/fd"), count("\(process)/task"))
            let ours = (count("/proc/self/fd"), count("/proc/self/task"))
            for index in 0..<1000 {
                _ = try await device.powerState(deadline: .seconds(5))
                if index % 10 == 0 { _ = try await installer.detect(imagePath: path, deadline: .seconds(5)) }
                if index % 100 == 0 { await device.close() }
            }
            let after = (count("\(process)/fd"), count("\(process)/task"))
            #expect(before.0 > 0)
            if isolation == .process {
                #expect(abs(after.0 - before.0) <= 2)
                // On a busy machine a call may find no idle thread; the worker keeps at most eight.
                #expect(abs(after.1 - before.1) <= 8)
            }
            // Other tests run in this process too; a leak would show as a thousand.
            #expect(count("/proc/self/fd") - ours.0 < 200)
            #expect(count("/proc/self/task") - ours.1 < 200)
            await host.shutdown()
        }

        @Test func devicesThatAreForgottenAreClosed() async throws {
            let lab = try PluginLab()
            try lab.install(.relay)
            let host = lab.host()
            let path = try lab.machine("one")
            for _ in 0..<10 {
                let device = try host.device(
                    name: "one", driver: "dev.example.relay", configJSON: #"{"path":"\#(path)"}"#)
                _ = try await device.powerState(deadline: .seconds(5))
            }
            #expect(await eventually { (try? String(contentsOfFile: path + ".closed", encoding: .utf8).count) == 10 })
            await host.shutdown()
        }

        @Test func workersEndWithTheHost() async throws {
            let lab = try PluginLab()
            try lab.install(.relay)
            let path = try lab.machine("one")
            var pids: [Int32] = []
            for _ in 0..<10 {
                let host = lab.host()
                let device = try host.device(
                    name: "one", driver: "dev.example.relay", configJSON: #"{"path":"\#(path)"}"#)
                _ = try await device.powerState(deadline: .seconds(5))
                pids.append(try #require(host.plugins.first?.pid))
                await host.shutdown()
            }
            for pid in pids { #expect(!FileManager.default.fileExists(atPath: "/proc/\(pid)")) }
        }
    }
}
