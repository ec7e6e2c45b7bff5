// SPDX-License-Identifier: Apache-2.0
import CLinux
import Foundation
import Glibc
import Host
import Testing

extension HostTests {
    /// What a worker does not let its plugin do: other files, other networks, other processes, all the memory.
    @Suite(.serialized) struct ConfinementTests {
        private static let hasLandlock = clinux_landlock_abi() > 0
        private static let hasPorts = clinux_landlock_abi() >= 4

        private func lab(_ members: String, _ macros: String...) throws -> PluginLab {
            let lab = try PluginLab()
            var plugin = TestPlugin.rogue()
            plugin.macros = macros
            plugin.members = members
            try lab.install(plugin)
            return lab
        }

        private func attempt(
            _ host: PluginHost, _ mode: String, name: String? = nil, more: String = ""
        ) async throws -> DriverError? {
            let device = try PluginLab.rogue(host, mode, name: name, more: more)
            return await failure { try await device.powerState(deadline: .seconds(5)) }
        }

        @Test(arguments: ["fork", "system", "exec"])
        func startingAProcessIsTheEndOfTheWorker(mode: String) async throws {
            let lab = try lab(#""network": ["udp/623"]"#)
            let host = lab.host()
            let error = try await attempt(host, mode)
            #expect(error?.message.contains("died of SIGSYS (it tried to start a process") == true, "\(error as Any)")
            let event = try #require(lab.events.all(.crashed).first)
            #expect(event.device == mode)
            #expect(event.function == "power.get")
            // The next worker serves.
            #expect(try await attempt(host, "fine") == nil)
            await host.shutdown()
        }

        @Test func constructorsAreConfinedToo() async throws {
            let lab = try lab(#""network": []"#, "FORK_AT_LOAD")
            let host = lab.host()
            let device = try PluginLab.rogue(host, "fine")
            _ = await failure { try await device.powerState(deadline: .milliseconds(500)) }
            #expect(await eventually { !lab.events.all(.crashed).isEmpty })
            #expect(lab.events.all(.crashed).first?.message.contains("SIGSYS") == true)
            #expect(lab.events.all(.crashed).first?.message.contains("while loading") == true)
            await host.shutdown()
        }

        @Test func forbiddenCallsFailAndTheWorkerGoesOn() async throws {
            let lab = try lab(#""network": ["udp/623"]"#)
            let host = lab.host()
            for mode in ["kill-parent", "mount", "raw"] {
                #expect(try await attempt(host, mode)?.message == "Operation not permitted", "\(mode)")
            }
            #expect(try await attempt(host, "unix")?.message == "Address family not supported by protocol")
            #expect(try await attempt(host, "udp") == nil)
            #expect(lab.events.all(.crashed).isEmpty)
            #expect(lab.events.all(.unconfined).isEmpty == Self.hasPorts)
            await host.shutdown()
        }

        @Test func noNetworkNeedMeansNoSockets() async throws {
            let lab = try lab(#""network": []"#)
            let host = lab.host()
            for mode in ["udp", "unix", "raw"] {
                #expect(try await attempt(host, mode)?.message == "Permission denied", "\(mode)")
            }
            await host.shutdown()
            let local = try self.lab(#""network": ["unix/*"]"#)
            let other = local.host()
            #expect(try await attempt(other, "unix") == nil)
            #expect(try await attempt(other, "udp")?.message == "Address family not supported by protocol")
            await other.shutdown()
        }

        @Test(.enabled(if: hasLandlock, "this kernel has no Landlock")) func filesOfOthers() async throws {
            let lab = try lab(#""network": ["udp/623"]"#)
            let secret = lab.directory + "/secret"
            try "mine".write(toFile: secret, atomically: false, encoding: .utf8)
            let host = lab.host()
            func file(_ mode: String, _ path: String) async throws -> String? {
                try await attempt(host, mode, name: mode + path, more: #","path":"\#(path)""#)?.message
            }
            #expect(try await file("peek", secret) == "Permission denied")
            #expect(try await file("peek", "/etc/shadow") == "Permission denied")
            #expect(try await file("scribble", secret) == "Permission denied")
            #expect(try await file("scribble", "/usr/lib/ingot-scribble") == "Permission denied")
            #expect(try await file("scribble", lab.plugins + "/dev.example.rogue/driver.so") == "Permission denied")
            #expect(try await file("peek", "/etc/hosts") == nil)
            #expect(try await file("peek", "/dev/urandom") == nil)
            #expect(try await file("peek", lab.plugins + "/dev.example.rogue/plugin.json") == nil)
            // What a device's configuration calls a file may be read.
            let named = #","path":"\#(secret)","ca_file":"\#(secret)""#
            #expect(try await attempt(host, "peek", name: "named", more: named) == nil)
            await host.shutdown()
            // What the manifest names may be written.
            let open = try self.lab(#""network": [], "files": ["\#(lab.directory)"]"#)
            let other = open.host()
            let more = #","path":"\#(lab.directory)/new""#
            #expect(try await attempt(other, "scribble", more: more) == nil)
            #expect(FileManager.default.fileExists(atPath: lab.directory + "/new"))
            await other.shutdown()
        }

        @Test(.enabled(if: hasPorts, "this kernel's Landlock knows no TCP ports")) func tcpPorts() async throws {
            let listener = try Listener()
            let other = try Listener()
            let lab = try lab(#""network": ["tcp/\#(listener.port)"]"#)
            let host = lab.host()
            func connect(_ host: PluginHost, _ member: String, _ port: UInt16) async throws -> String? {
                try await attempt(host, "connect", name: "\(port)", more: #","\#(member)":\#(port)"#)?.message
            }
            #expect(try await connect(host, "port", listener.port) == nil)
            // The port that a device's configuration names is added, in a new worker.
            let first = host.plugins.first?.pid
            #expect(try await connect(host, "port", other.port) == nil)
            #expect(host.plugins.first?.pid != first)
            await host.shutdown()
            // A driver that goes elsewhere than it says is stopped. This one finds its port inside a text.
            let closed = try self.lab(#""network": ["tcp/1"]"#)
            let strict = closed.host()
            let device = try strict.device(
                name: "liar", driver: "dev.example.rogue",
                configJSON: #"{"mode":"connect","text":"\"port\":\#(other.port)"}"#)
            let error = await failure { try await device.powerState(deadline: .seconds(5)) }
            #expect(error?.message == "Permission denied")
            await strict.shutdown()
        }

        @Test func memoryLimitIsOneDeadWorker() async throws {
            let lab = try lab(#""network": [], "memory_mib": 64"#)
            let host = lab.host()
            let error = try await attempt(host, "gorge")
            #expect(error?.message.hasSuffix("reached its memory limit during power.get") == true, "\(error as Any)")
            let story = try #require(lab.events.all(.crashed).first?.message)
            #expect(story.contains("of 64 MiB of memory are in use"), "\(story)")
            #expect(try await attempt(host, "fine") == nil)
            await host.shutdown()
        }

        @Test func leakThatCopesIsReplacedToo() async throws {
            let lab = try lab(#""network": [], "memory_mib": 64"#)
            let host = lab.host()
            let hoarder = try PluginLab.rogue(host, "hoard")
            #expect(
                await eventually {
                    _ = try? await hoarder.powerState(deadline: .seconds(5))
                    return !lab.events.all(.crashed).isEmpty
                })
            #expect(lab.events.all(.crashed).first?.message.contains("reached its memory limit") == true)
            #expect(try await attempt(host, "fine") == nil)
            await host.shutdown()
        }

        @Test func whatIsInForceIsTold() async throws {
            let lab = try lab(#""network": ["udp/623", "tcp/443"]"#)
            let host = lab.host()
            #expect(try await attempt(host, "fine") == nil)
            let confinement = try #require(host.plugins.first?.confinement)
            #expect(confinement.enforced.contains("memory of 512 MiB"))
            #expect(confinement.enforced.contains { $0.hasPrefix("system calls") && $0.contains("udp/623, tcp/443") })
            if Self.hasPorts {
                #expect(confinement.enforced.contains("TCP ports 53, 443"))
                #expect(confinement.missing.isEmpty)
            } else {
                #expect(lab.events.all(.unconfined).count == 1)
            }
            await host.shutdown()
            let inside = lab.host(.inProcess)
            #expect(try await attempt(inside, "fine") == nil)
            #expect(inside.plugins.first?.confinement?.enforced == [])
            #expect(lab.events.all(.unconfined).last?.message.contains("the host's own process") == true)
            await inside.shutdown()
        }
    }
}

/// A TCP listener on loopback that takes connections and says nothing.
private final class Listener: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let error = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) != 0 || listen(descriptor, 8) != 0 || getsockname(descriptor, $0, &size) != 0
            }
        }
        guard !error else { throw PluginLab.Failure(text: "no listener") }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
