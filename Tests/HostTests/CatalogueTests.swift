// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Host
import Logging
import Testing

extension HostTests {
    /// What is taken as a plugin and what is not, and why.
    @Suite(.serialized) struct CatalogueTests {
        private func lab() throws -> (lab: PluginLab, plugin: String) {
            let lab = try PluginLab()
            try lab.install(.relay)
            return (lab, lab.plugins + "/dev.example.relay")
        }

        /// The reason the only plugin is refused for.
        private func reason(_ lab: PluginLab) -> String? {
            let plugins = lab.host().plugins
            guard plugins.count == 1, case .refused(let reason) = plugins.first?.state else { return nil }
            return reason
        }

        private func edit(_ plugin: String, _ change: (String) -> String) throws {
            let path = plugin + "/plugin.json"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try change(text).write(toFile: path, atomically: false, encoding: .utf8)
        }

        @Test func goodPluginIsListedWithoutLoading() throws {
            let (lab, plugin) = try lab()
            let status = try #require(lab.host().plugins.first)
            #expect(status.id == "dev.example.relay")
            #expect(status.state == .discovered)
            #expect(status.directory == plugin)
            #expect(status.manifest?.version == "1.0.0")
            #expect(status.manifest?.network == ["udp/623"])
            #expect(status.manifest?.sha256.count == 64)
            #expect(status.pid == nil)
            #expect(lab.events.all.isEmpty)
        }

        @Test func modesAndKinds() throws {
            let (lab, plugin) = try lab()
            for path in [plugin, plugin + "/plugin.json", plugin + "/driver.so"] {
                let facts = try FileManager.default.attributesOfItem(atPath: path)
                let mode = mode_t(try #require(facts[.posixPermissions] as? Int))
                chmod(path, mode | 0o020)
                #expect(reason(lab) == "\(path) is writable by its group")
                chmod(path, mode | 0o002)
                #expect(reason(lab) == "\(path) is writable by others")
                chmod(path, mode)
            }
            chmod(lab.plugins, 0o757)
            #expect(reason(lab) == "\(lab.plugins) is writable by others")
            chmod(lab.plugins, 0o755)
            #expect(reason(lab) == nil)
        }

        @Test(.enabled(if: geteuid() == 0, "only root can give files away")) func owners() throws {
            let (lab, plugin) = try lab()
            for path in [plugin, plugin + "/plugin.json", plugin + "/driver.so"] {
                chown(path, 12_345, 0)
                #expect(reason(lab) == "\(path) belongs to user 12345, not to root or user 0")
                chown(path, 0, 0)
            }
            #expect(reason(lab) == nil)
        }

        @Test func symbolicLinks() throws {
            let (lab, plugin) = try lab()
            for name in ["plugin.json", "driver.so"] {
                let path = plugin + "/" + name
                rename(path, path + ".real")
                symlink(path + ".real", path)
                #expect(reason(lab) == "\(path) is a symbolic link")
                rename(path + ".real", path)
            }
            rename(plugin, lab.directory + "/elsewhere")
            symlink(lab.directory + "/elsewhere", plugin)
            #expect(reason(lab)?.hasPrefix(plugin) == true)
        }

        @Test func missingFiles() throws {
            let (lab, plugin) = try lab()
            unlink(plugin + "/driver.so")
            #expect(reason(lab) == "\(plugin)/driver.so cannot be opened: No such file or directory")
            unlink(plugin + "/plugin.json")
            #expect(reason(lab) == "\(plugin)/plugin.json cannot be opened: No such file or directory")
        }

        @Test func textNamedLikeALibrary() throws {
            let (lab, plugin) = try lab()
            let library = plugin + "/driver.so"
            try "not a library, long enough to have a header\n".write(
                toFile: library, atomically: false, encoding: .utf8)
            #expect(reason(lab) == "\(library) is not an ELF file")
            try PluginLab.run("/bin/cp", ["/bin/true", library])
            #expect(reason(lab)?.contains("has SHA-256") == true)
            try (Data([0x7F, 0x45, 0x4C, 0x46, 1, 1]) + Data(count: 40)).write(to: URL(filePath: library))
            #expect(reason(lab) == "\(library) is not a 64-bit little-endian ELF file")
            try (Data([0x7F, 0x45, 0x4C, 0x46, 2, 1]) + Data(count: 10) + Data([2, 0]) + Data(count: 40)).write(
                to: URL(filePath: library))
            #expect(reason(lab) == "\(library) is not a shared object")
            try (Data([0x7F, 0x45, 0x4C, 0x46, 2, 1]) + Data(count: 10) + Data([3, 0, 2, 0]) + Data(count: 40)).write(
                to: URL(filePath: library))
            #expect(reason(lab)?.contains("another kind of processor") == true)
        }

        @Test func changedLibraryIsRefusedBeforeItIsLoaded() async throws {
            let (lab, plugin) = try lab()
            let host = lab.host()
            let machine = try lab.machine("one")
            let device = try host.device(
                name: "one", driver: "dev.example.relay", configJSON: #"{"path":"\#(machine)"}"#)
            // Appended bytes do not hurt a library, but it is not the one that was installed.
            let library = try FileHandle(forWritingTo: URL(filePath: plugin + "/driver.so"))
            try library.seekToEnd()
            try library.write(contentsOf: Data([0]))
            try library.close()
            let error = await failure { try await device.powerState(deadline: .seconds(5)) }
            #expect(error?.message.contains("is refused: \(plugin)/driver.so has SHA-256 ") == true)
            #expect(host.plugins.first?.state.name == "refused")
            #expect(lab.events.all.map(\.kind) == [.refused])
            #expect(reason(lab)?.contains("but the manifest says") == true)
            // Installed properly, it is used again.
            try lab.install(.relay)
            #expect(await eventually { (try? await device.powerState(deadline: .seconds(5))) == .off })
            await host.shutdown()
        }

        @Test(arguments: ["id", "name", "vendor", "version", "license", "abi", "library", "sha256", "extensions"])
        func missingFields(field: String) throws {
            let (lab, plugin) = try lab()
            try edit(plugin) { $0.replacing("\"\(field)\":", with: "\"x-\(field)\":") }
            #expect(reason(lab) == "\(plugin)/plugin.json: \"\(field)\" is missing")
        }

        @Test func wrongFields() throws {
            let (lab, plugin) = try lab()
            let path = plugin + "/plugin.json"
            let original = try String(contentsOfFile: path, encoding: .utf8)
            func refusal(_ old: String, _ new: String) throws -> String? {
                #expect(original.contains(old))
                try original.replacing(old, with: new).write(toFile: path, atomically: false, encoding: .utf8)
                return reason(lab)?.replacing(path, with: "M")
            }
            #expect(try refusal("\"abi\": 1", "\"abi\": 2") == "M: \"abi\" is 2; this host speaks ABI 1")
            for name in ["../driver.so", "/etc/driver.so", "..", "."] {
                #expect(
                    try refusal("driver.so", name)
                        == "M: \"library\" must be a file name beside the manifest, without / or ..")
            }
            #expect(
                try refusal("\"dev.example.relay\"", "\"dev.example.other\"")
                    == "M: \"id\" is dev.example.other, but the directory has another name")
            #expect(try refusal("\"dev.example.relay\"", "\"../x\"")?.contains("reverse DNS") == true)
            #expect(try refusal("\"sha256\": \"", "\"sha256\": \"A")?.contains("64 lower-case") == true)
            #expect(try refusal("\"plugin\"", "\"machine\"")?.contains("\"isolation\" is \"machine\"") == true)
            for need in ["icmp/1", "udp", "tcp/0", "tcp/65536", "tcp/+5", "unix/1", "udp/623/x"] {
                #expect(try refusal("udp/623", need)?.contains("\"network\" holds \"\(need)\"") == true, "\(need)")
            }
            #expect(
                try refusal("\"files\": [\"/", "\"files\": [\"../")
                    == "M: \"files\" must hold absolute paths without ..")
            #expect(
                try refusal("\"isolation\"", "\"memory_mib\": 8, \"isolation\"")
                    == "M: \"memory_mib\" is 8; it must be 32 to 65536")
            #expect(try refusal("\"config_schema\"", "\"config\"") == "M: \"config_schema\" is missing")
            #expect(
                try refusal("\"minLength\"", "\"minimumLength\"")
                    == "M: config_schema $.path: the host does not know the keyword \"minimumLength\"")
            #expect(try refusal("\"Relay\"", "7") == "M: \"name\" must be a text of 1 to 1024 bytes")
            #expect(try refusal("{", "{{")?.contains("M is not JSON") == true)
            #expect(try refusal("\"vendor\": \"Example\"", "\"id\": \"twice\"")?.contains("occurs twice") == true)
        }

        @Test func sameIdInTwoPlaces() throws {
            let (first, plugin) = try lab()
            let (second, _) = try lab()
            let host = PluginHost(
                configuration: .init(directories: [first.plugins, second.plugins], workerPath: "/nonexistent"),
                logger: .init(label: "test"), onEvent: { _ in })
            #expect(host.plugins.map(\.state.name).sorted() == ["discovered", "refused"])
            let refused = host.plugins.first { $0.state.name == "refused" }
            #expect(
                refused?.state.reason
                    == "\(second.plugins)/dev.example.relay: id dev.example.relay is taken by \(plugin)")
        }

        @Test func replacedLibraryMovesToANewWorker() async throws {
            let lab = try PluginLab()
            try lab.install(.relay)
            let host = lab.host()
            let machine = try lab.machine("one")
            let device = try host.device(
                name: "one", driver: "dev.example.relay", configJSON: #"{"path":"\#(machine)"}"#)
            _ = try await device.powerState(deadline: .seconds(5))
            let old = try #require(host.plugins.first?.pid)
            var newer = TestPlugin.relay
            newer.version = "1.1.0"
            newer.macros = ["PLUGIN_VERSION=\"1.1.0\""]
            try lab.install(newer)
            host.rescan()
            #expect(await eventually { host.plugins.first?.manifest?.version == "1.1.0" })
            _ = try await device.powerState(deadline: .seconds(5))
            #expect(host.plugins.first?.pid != old)
            #expect(await eventually { !FileManager.default.fileExists(atPath: "/proc/\(old)") })
            await host.shutdown()
        }

        @Test func emptyAndMissingDirectories() throws {
            let lab = try PluginLab()
            try "a file".write(toFile: lab.plugins + "/README", atomically: false, encoding: .utf8)
            #expect(lab.host().plugins.isEmpty)
            let host = PluginHost(
                configuration: .init(directories: [lab.directory + "/none"], workerPath: "/nonexistent"),
                logger: .init(label: "test"), onEvent: { _ in })
            #expect(
                host.plugins.first?.state.reason?.hasSuffix("none cannot be opened: No such file or directory") == true)
        }
    }
}
