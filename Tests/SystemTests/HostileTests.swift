// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What goes wrong in a machine room, against whole processes: a clear error, nothing lost, Ingot stays up.
@Suite("Hostile surroundings", .serialized, .timeLimit(.minutes(10)))
struct HostileTests {
    @Test func aDriverThatSegfaultsOnEveryCallIsOneRedRow() async throws {
        let site = try Site(subnet: "127.71.1.0/24")
        defer { site.close() }
        let library = site.directory.appendingPathComponent("librogue.so").path
        let root = Site.root.path
        try run(
            "/usr/bin/cc",
            [
                "-shared", "-fPIC", "-fvisibility=hidden", "-I\(root)/Sources/PluginAPI/include", "-o", library,
                "\(root)/Tests/Plugins/rogue.c",
            ])
        let template = site.directory.appendingPathComponent("rogue.json")
        try Data(
            """
            {"id": "dev.example.rogue", "name": "Rogue", "vendor": "Example", "version": "1.0.0",
             "license": "Apache-2.0", "abi": 1, "library": "librogue.so", "sha256": "@SHA256@",
             "extensions": ["ingot.driver/1", "ingot.power/1", "ingot.inventory/1", "ingot.console/1"],
             "config_schema": {"type":"object","properties":{"mode":{"type":"string"},"password":{"type":"string","writeOnly":true}}},
             "network": [], "isolation": "plugin"}
            """.utf8
        ).write(to: template)
        try run(
            "/bin/sh",
            ["\(root)/Plugins/install-plugin.sh", library, template.path, site.directory.path + "/plugins"])
        try await site.startServe()
        try await site.startMachines(1)
        let add = try site.ingot([
            "machine", "add", "bad", "--driver", "dev.example.rogue", "--set", "mode=crash", "--mac",
            "52:54:00:99:00:01", "--address", "127.71.1.200", "--no-wait",
        ])
        #expect(add.code == 0, "\(add.output)")
        try await wait("the crash to be told", seconds: 30) { site.logTail.contains("SIGSEGV") }
        let line = site.logTail.split(separator: "\n").first { $0.contains("SIGSEGV") }
        #expect(line?.contains("dev.example.rogue") == true, "one line that names the plugin: \(line ?? "")")
        // The other driver and the API notice nothing.
        let machine = try #require(site.machines.first)
        let good = try site.enrol(machine)
        #expect(good.code == 0, "\(good.output)\n\(site.logTail)")
        #expect(site.serve?.isRunning == true)
        let plugins = try site.ingot(["plugin", "list"])
        #expect(plugins.output.contains("dev.example.rogue"))
    }

    @Test func unknownMachinesAreNotAnswered() async throws {
        let site = try Site(subnet: "127.71.2.0/24")
        defer { site.close() }
        try await site.startServe()
        try await site.startMachines(1, ["--order", "network"])
        let machine = try #require(site.machines.first)
        let password = try String(contentsOfFile: machine.bmc.passwordFile, encoding: .utf8)
            .trimmingCharacters(in: .newlines)
        try run(
            "/usr/bin/ipmitool",
            [
                "-I", "lanplus", "-C", "3", "-H", machine.bmc.host, "-p", "\(machine.bmc.port)", "-U", machine.bmc.user,
                "-P", password, "chassis", "power", "on",
            ])
        let log = machine.stateDir + "/machine.log"
        try await wait("the machine to give up", seconds: 40) {
            ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").contains("boot-failed")
        }
        let text = try String(contentsOfFile: log, encoding: .utf8)
        #expect(text.contains("no offer"), "\(text)")
    }

    @Test func badRequestsNameTheField() async throws {
        let site = try Site(subnet: "127.71.3.0/24")
        defer { site.close() }
        try await site.startServe()
        let token = try String(contentsOf: site.directory.appendingPathComponent("data/token"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        func post(_ path: String, _ body: String, token: String = token) throws -> String {
            try run(
                "/usr/bin/curl",
                [
                    "-s", "-m", "10", "-w", " %{http_code}", "-X", "POST", "-H", "Authorization: Bearer \(token)",
                    "--data-binary", body, "http://127.0.0.1:\(site.ports["api"] ?? 0)\(path)",
                ]
            ).output
        }
        let cases: [(path: String, body: String, expected: [String])] = [
            ("/v1/machines", "{", ["not JSON", "422"]),
            ("/v1/machines", "{}", ["\"field\":\"", "422"]),
            (
                "/v1/machines",
                #"{"name":"a b","driver":"d","config":{},"mac":"52:54:00:00:00:01","address":"127.71.3.9"}"#,
                ["\"field\":\"name\"", "422"]
            ),
            (
                "/v1/machines", #"{"name":"a","driver":"d","config":{},"mac":"zz","address":"127.71.3.9"}"#,
                ["\"field\":\"mac\"", "422"]
            ),
            (
                "/v1/machines",
                #"{"name":"a","driver":"nope","config":{},"mac":"52:54:00:00:00:01","address":"127.71.3.9"}"#,
                ["\"field\":\"driver\"", "422"]
            ),
            (
                "/v1/machines",
                #"{"name":"a","driver":"dev.ingot.ipmi","config":{"host":"h","cipher_suites":[0]},"mac":"52:54:00:00:00:01","address":"127.71.3.9"}"#,
                ["config", "422"]
            ),
            ("/v1/instances", #"{"name":"i","machine":"m","image":"x"}"#, ["\"field\":\"image\"", "404"]),
            ("/v1/machines/none/power", #"{"action":"on"}"#, ["none", "404"]),
            ("/v1/machines/none/power", #"{"action":"explode"}"#, ["\"field\":\"action\"", "422"]),
            ("/v1/nothing", "{}", ["404"]),
            ("/v1/machines", String(repeating: "[", count: 100_000), ["422"]),
        ]
        for one in cases {
            let answer = try post(one.path, one.body)
            for part in one.expected { #expect(answer.contains(part), "\(one.body.prefix(80)): \(answer)") }
        }
        #expect(try post("/v1/machines", "{}", token: "wrong").contains("401"))
        #expect(site.serve?.isRunning == true)
    }

    @Test func lyingImagesAreRefusedAndLeaveNothing() async throws {
        let site = try Site(subnet: "127.71.4.0/24")
        defer { site.close() }
        try await site.startServe()
        let image = try site.makeImage()
        let wrong = try site.ingot(["image", "add", "a", image.path, "--sha256", String(repeating: "0", count: 64)])
        #expect(wrong.code != 0)
        #expect(wrong.output.contains("sha256") || wrong.output.contains("SHA-256"), "\(wrong.output)")
        let junk = site.directory.appendingPathComponent("junk").path
        try Data(repeating: 0x41, count: 100).write(to: URL(fileURLWithPath: junk))
        let digest = try run("/usr/bin/sha256sum", [junk]).output.prefix(64)
        let unknown = try site.ingot(["image", "add", "b", junk, "--sha256", String(digest)])
        #expect(unknown.code == 4, "\(unknown.output)")
        let images = site.directory.appendingPathComponent("data/images")
        let left = try FileManager.default.contentsOfDirectory(atPath: images.path)
        #expect(left == ["incoming"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: images.path + "/incoming").isEmpty)
    }

    @Test func corruptedOnTheWayIsFoundByTheAgent() async throws {
        let site = try Site(subnet: "127.71.5.0/24")
        defer { site.close() }
        try await site.startServe()
        try await site.startMachines(1, ["--fail-digest"])
        let machine = try #require(site.machines.first)
        #expect(try site.enrol(machine).code == 0)
        let image = try site.makeImage()
        #expect(try site.ingot(["image", "add", "image", image.path, "--sha256", image.sha256]).code == 0)
        let order = try site.ingot(["instance", "deploy", "web", "--machine", machine.name, "--image", "image"])
        #expect(order.code == 1, "\(order.output)")
        #expect(order.output.contains("digest") || order.output.contains("SHA-256"), "\(order.output)")
        #expect(!machine.diskLog.contains { $0.contains("complete") })
    }

    @Test func aBMCThatLiesAboutTheBootDeviceIsCalledALiar() async throws {
        let site = try Site(subnet: "127.71.6.0/24", timeouts: "network_boot: 3")
        defer { site.close() }
        try await site.startServe()
        try await site.startMachines(1, ["--ignore-override", "--order", "disk"])
        let machine = try #require(site.machines.first)
        #expect(try site.enrol(machine).code == 0)
        let image = try site.makeImage()
        #expect(try site.ingot(["image", "add", "image", image.path, "--sha256", image.sha256]).code == 0)
        let order = try site.ingot(["instance", "deploy", "web", "--machine", machine.name, "--image", "image"])
        #expect(order.code == 1, "\(order.output)")
        #expect(order.output.contains("never asked"), "\(order.output)")
        #expect(try site.ingot(["machine", "show", machine.name, "-o", "json"]).output.contains("\"lied\""))
    }

    @Test func aBMCThatVanishesIsWaitedForAndNamed() async throws {
        let site = try Site(subnet: "127.71.7.0/24", timeouts: "bmc: 6")
        defer { site.close() }
        try await site.startServe()
        try await site.startMachines(1)
        let machine = try #require(site.machines.first)
        #expect(try site.enrol(machine).code == 0)
        let image = try site.makeImage()
        #expect(try site.ingot(["image", "add", "image", image.path, "--sha256", image.sha256]).code == 0)
        // SIGSTOP would do; here the process is gone for good.
        let listening = try run("/usr/bin/pgrep", ["-f", "ipmi_sim.*\(machine.stateDir)"]).output
        for line in listening.split(separator: "\n") { if let pid = Int32(line) { kill(pid, SIGKILL) } }
        let order = try site.ingot(["instance", "deploy", "web", "--machine", machine.name, "--image", "image"])
        #expect(order.code == 1, "\(order.output)")
        #expect(order.output.contains("power") || order.output.contains("BMC"), "\(order.output)")
        #expect(machine.diskLog.isEmpty)
        let gone = try site.ingot(["instance", "delete", "web", "--force"])
        #expect(gone.code == 0, "\(gone.output)")
    }

    @Test(.enabled(if: getuid() == 0, "needs root to make a small file system"))
    func aFullDiskRefusesByNameAndRecovers() async throws {
        let site = try Site(subnet: "127.71.9.0/24")
        let data = site.directory.appendingPathComponent("data").path
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        try run("/bin/mount", ["-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", data])
        defer {
            site.close()
            _ = try? run("/bin/umount", ["-l", data], check: false)
            site.close()
        }
        try await site.startServe()
        let big = try site.makeImage(bytes: 8 << 20)
        let refused = try site.ingot(["image", "add", "big", big.path, "--sha256", big.sha256])
        #expect(refused.code != 0)
        #expect(refused.output.contains("No space") || refused.output.contains("no more bytes"), "\(refused.output)")
        let small = try site.makeImage(bytes: 1 << 19)
        let taken = try site.ingot(["image", "add", "small", small.path, "--sha256", small.sha256])
        #expect(taken.code == 0, "\(taken.output)\n\(site.logTail)")
    }

    @Test func aBMCThatVanishesInTheMiddleLosesNothing() async throws {
        let site = try Site(subnet: "127.71.10.0/24", timeouts: "bmc: 5")
        defer { site.close() }
        try await site.startServe()
        try await site.startMachines(1, ["--bmc-vanish-after", "install-begin"])
        let machine = try #require(site.machines.first)
        #expect(try site.enrol(machine).code == 0)
        let image = try site.makeImage()
        #expect(try site.ingot(["image", "add", "image", image.path, "--sha256", image.sha256]).code == 0)
        let order = try site.ingot(["instance", "deploy", "web", "--machine", machine.name, "--image", "image"])
        #expect(order.code == 1, "\(order.output)")
        #expect(order.output.contains("bmc.") || order.output.contains("BMC"), "\(order.output)")
        #expect(machine.diskLog.filter { $0.contains("write-done") }.count == 1)
    }

    @Test func aSecondServerOnOneDirectoryIsRefusedByName() async throws {
        let site = try Site(subnet: "127.71.8.0/24")
        defer { site.close() }
        try await site.startServe()
        let second = try site.ingot(["serve", "--config", site.directory.path + "/ingot.yaml"])
        #expect(second.code != 0)
        let first = try #require(site.serve)
        #expect(second.output.contains("process \(first.processIdentifier)"), "\(second.output)")
    }
}
