// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Host
import Testing

extension HostTests {
    /// Where secrets must not turn up.
    @Suite(.serialized) struct SecretTests {
        private static let canary = "c4n4ry-p4ssw0rd"

        @Test func environmentAndArgumentsOfTheWorker() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            // A worker that only writes down how it was started.
            let script = lab.directory + "/spy"
            let record = lab.directory + "/record"
            try """
            #!/bin/sh
            { echo "arguments: $0 $*"; tr '\\0' '\\n' </proc/$$/environ; ls -l /proc/$$/fd; } >\(record).new 2>&1
            mv \(record).new \(record)
            """.write(toFile: script, atomically: true, encoding: .utf8)
            chmod(script, 0o755)
            setenv("INGOT_TEST_CANARY", Self.canary, 1)
            defer { unsetenv("INGOT_TEST_CANARY") }
            let host = lab.host(worker: script)
            let device = try host.device(
                name: "one", driver: "dev.example.rogue", configJSON: #"{"mode":"fine"}"#,
                secrets: ["password": Secret(Self.canary)])
            _ = await failure { try await device.powerState(deadline: .milliseconds(100)) }
            #expect(await eventually { FileManager.default.fileExists(atPath: record) })
            let text = try String(contentsOfFile: record, encoding: .utf8)
            #expect(text.contains("arguments: \(script) dev.example.rogue\n"))
            #expect(text.contains("PATH=/usr/bin:/bin"))
            #expect(!text.contains(Self.canary))
            #expect(!text.contains("HOME="))
            // Nothing is inherited but input, both outputs and the channel; a shell keeps its script at 10 or above.
            let descriptors = text.split(separator: "\n").filter { $0.contains(" -> ") }
            #expect(descriptors.contains { $0.contains(" 0 -> /dev/null") })
            #expect(descriptors.contains { $0.contains(" 3 -> socket:") })
            #expect(descriptors.filter { $0.contains("socket:") || $0.contains("anon_inode") }.count == 1)
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func logsEventsAndErrors(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host(isolation)
            let device = try host.device(
                name: "one", driver: "dev.example.rogue",
                configJSON: #"{"mode":"leak-secret","password":"\#(Self.canary)"}"#)
            let error = await failure { try await device.powerState(deadline: .seconds(5)) }
            #expect(error?.status == .authentication)
            #expect(error?.message == "logging in with <secret> now")
            #expect(await eventually { lab.lines.all.contains { $0.contains("logging in with <secret> now") } })
            if isolation == .process {
                let exit = try host.device(
                    name: "two", driver: "dev.example.rogue", configJSON: #"{"mode":"exit"}"#)
                _ = await failure { try await exit.powerState(deadline: .seconds(5)) }
                #expect(host.plugins.first?.lastWords == "logging in with <secret> now")
            }
            await host.shutdown()
            let all =
                lab.lines.all.joined() + lab.events.all.map { "\($0)" }.joined() + "\(host.plugins)\(error as Any)"
            #expect(!all.contains(Self.canary))
        }

        @Test func theWorkersMemoryIsNotForOthers() async throws {
            let lab = try PluginLab()
            try lab.install(.rogue())
            let host = lab.host()
            let device = try host.device(name: "one", driver: "dev.example.rogue", configJSON: #"{"mode":"fine"}"#)
            _ = try await device.powerState(deadline: .seconds(5))
            let pid = try #require(host.plugins.first?.pid)
            let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
            let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
            #expect(core?.split(separator: " ").suffix(3) == ["0", "0", "bytes"])
            await host.shutdown()
        }

        @Test func secretCannotBePrinted() {
            let secret = Secret(Self.canary)
            var dumped = ""
            dump(secret, to: &dumped)
            dump(["password": secret], to: &dumped)
            let printed = "\(secret) \(String(reflecting: secret)) \(["a": secret]) \(dumped)"
            #expect(!printed.contains(Self.canary))
            #expect(printed.contains("<secret>"))
            #expect(secret.withBytes { $0.count } == Self.canary.utf8.count)
            #expect(!(secret is any Encodable))
        }
    }
}
