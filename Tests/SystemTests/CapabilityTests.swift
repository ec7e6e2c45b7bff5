// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Capabilities, several drivers and quirks through the command line and the API of a real `ingot serve`.
///
/// The machine is a directory that two drivers of Tests/Plugins/scripted.c work on.
@Suite("Capabilities", .serialized, .timeLimit(.minutes(5)))
struct CapabilityTests {
    private static let capabilities = #"""
        {"identity": {"vendor": "Example Corp.", "model": "Box 7", "firmware": "BMC v1.5"}, "web": "https://192.0.2.7/",
         "power": {"answer": "yes", "evidence": "Get Chassis Status: 21 10 40", "actions": ["on", "off"]},
         "boot": {"answer": "yes", "targets": ["pxe", "disk"], "persistent": "yes", "modes": []},
         "inventory": {"answer": "yes"}, "sensors": {"answer": "no", "evidence": "the SDR repository is empty"},
         "eventlog": {"answer": "yes", "clear": true}}
        """#

    private static let rows = """
        rows:
          - id: site-example-no-mode
            driver: dev.example.first
            quirk: no_mode
            match: {vendor: "example*", firmware: ">=1.2, <2"}
            summary: The mode is ignored
            source: example/notes
            simulator: no_mode
        """

    private func install(_ name: String, _ site: Site, capabilities: String) throws {
        let root = Site.root.path
        let library = site.directory.appendingPathComponent("lib\(name).so").path
        try run(
            "/usr/bin/cc",
            [
                "-shared", "-fPIC", "-fvisibility=hidden", "-DPLUGIN_ID=\"dev.example.\(name)\"",
                "-I\(root)/Sources/PluginAPI/include", "-o", library, "\(root)/Tests/Plugins/scripted.c",
            ])
        let template = site.directory.appendingPathComponent("\(name).json")
        try Data(
            """
            {"id": "dev.example.\(name)", "name": "Scripted", "vendor": "Example", "version": "1.0.0",
             "license": "Apache-2.0", "abi": 1, "library": "lib\(name).so", "sha256": "@SHA256@",
             "extensions": ["ingot.driver/1", "ingot.power/1", "ingot.boot/1", "ingot.inventory/1",
                            "ingot.sensors/1", "ingot.eventlog/1"],
             "config_schema": {"type": "object", "required": ["path"], "additionalProperties": false, "properties": {
                "path": {"type": "string", "minLength": 1}, "password": {"type": "string", "writeOnly": true},
                "quirks": {"type": "array", "uniqueItems": true, "default": [], "items": {"type": "string",
                    "enum": ["slow_start", "no_mode", "one_call"]}}}},
             "network": [], "files": ["\(site.directory.path)"], "isolation": "plugin"}
            """.utf8
        ).write(to: template)
        try run(
            "/bin/sh",
            ["\(root)/Plugins/install-plugin.sh", library, template.path, site.directory.path + "/plugins"])
        try write(site, name, "capabilities", capabilities)
    }

    private func directory(_ site: Site, _ name: String) -> URL { site.directory.appendingPathComponent("m-\(name)") }

    private func write(_ site: Site, _ name: String, _ file: String, _ text: String) throws {
        try FileManager.default.createDirectory(at: directory(site, name), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: directory(site, name).appendingPathComponent(file))
    }

    /// What the driver was asked; reading it forgets it.
    private func calls(_ site: Site, _ name: String) -> [String] {
        let file = directory(site, name).appendingPathComponent("calls")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        try? FileManager.default.removeItem(at: file)
        return text.split(separator: "\n").map(String.init)
    }

    private func machine(_ site: Site) async throws -> [String: Any] {
        try #require(await site.get("/v1/machines/m") as? [String: Any])
    }

    private func action(_ name: String, _ machine: [String: Any]) -> [String: Any]? {
        (machine["actions"] as? [[String: Any]])?.first { $0["action"] as? String == name }
    }

    private func request(_ site: Site, _ method: String, _ path: String, _ body: String) throws -> (Int, [String: Any])
    {
        let token = try String(contentsOf: site.directory.appendingPathComponent("data/token"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let answer = try run(
            "/usr/bin/curl",
            [
                "-s", "-m", "20", "-X", method, "-H", "Authorization: Bearer \(token)", "-H",
                "Content-Type: application/json", "-d", body, "-w", "\n%{http_code}",
                "http://127.0.0.1:\(site.ports["api"] ?? 0)\(path)",
            ]
        ).output
        let lines = answer.split(separator: "\n")
        let json = try? JSONSerialization.jsonObject(with: Data(lines.dropLast().joined().utf8)) as? [String: Any]
        return (lines.last.flatMap { Int($0) } ?? 0, json ?? [:])
    }

    @Test func whatAMachineCannotDoIsNeverAsked() async throws {
        let site = try Site(subnet: "127.72.1.0/24")
        defer { site.close() }
        try install("first", site, capabilities: Self.capabilities)
        let rows = site.directory.appendingPathComponent("site-rows")
        try FileManager.default.createDirectory(at: rows, withIntermediateDirectories: true)
        try Data(Self.rows.utf8).write(to: rows.appendingPathComponent("example.yaml"))
        let configuration = site.directory.appendingPathComponent("ingot.yaml")
        let text = try String(contentsOf: configuration, encoding: .utf8) + "quirks: [\(rows.path)]\n"
        try Data(text.utf8).write(to: configuration)
        try await site.startServe()
        let add = try site.ingot([
            "machine", "add", "m", "--driver", "dev.example.first", "--set", "path=\(directory(site, "first").path)",
            "--no-password", "--mac", "52:54:00:aa:00:01", "--address", "127.72.1.9",
        ])
        #expect(add.code == 0, "\(add.output)\n\(site.logTail)")

        // Probed, matched with the site's row, and opened anew with the quirk.
        #expect(calls(site, "first").contains(#"quirks "no_mode""#))
        let show = try site.ingot(["machine", "show", "m"]).output
        #expect(show.contains("site-example-no-mode"), "\(show)")
        #expect(show.contains("Example Corp. Box 7, firmware BMC v1.5"), "\(show)")
        #expect(show.contains("Get Chassis Status: 21 10 40"), "\(show)")
        let view = try await machine(site)
        #expect(action("power.on", view)?["allowed"] as? Bool == true)
        #expect(action("power.on", view)?["driver"] as? String == "dev.example.first")
        // No cycle of its own: it is ordered as off and on.
        #expect(action("power.cycle", view)?["allowed"] as? Bool == true)
        #expect(action("power.nmi", view)?["allowed"] as? Bool == false)
        #expect((action("power.nmi", view)?["reason"] as? String)?.contains("only on, off") == true)
        #expect(action("sensors", view)?["reason"] as? String == "the SDR repository is empty")

        // Its BMC's page: told by the driver, or by the operator.
        #expect(view["web"] as? String == "https://192.0.2.7/")
        #expect(try site.ingot(["machine", "web", "m"]).output == "https://192.0.2.7/\n")
        #expect(try site.ingot(["machine", "update", "m", "--web", "https://proxy.example/m/"]).code == 0)
        #expect(try site.ingot(["machine", "web", "m"]).output == "https://proxy.example/m/\n")
        let script = try site.ingot(["machine", "update", "m", "--web", "javascript:alert(1)"])
        #expect(script.code == 4)
        #expect(script.output.contains("(web)"), "\(script.output)")
        #expect(try site.ingot(["machine", "update", "m", "--web", ""]).code == 0)
        #expect(try site.ingot(["machine", "show", "m"]).output.contains("https://192.0.2.7/"))

        // Refused with the evidence, before anything reaches the driver.
        _ = calls(site, "first")
        let (status, body) = try request(site, "POST", "/v1/machines/m/power", #"{"action":"nmi"}"#)
        #expect(status == 422)
        let error = body["error"] as? [String: Any]
        #expect(error?["code"] as? String == "unsupported")
        #expect(error?["field"] as? String == "action")
        #expect((error?["attempts"] as? [[String: Any]])?.first?["driver"] as? String == "dev.example.first")
        let nmi = try site.ingot(["machine", "power", "m", "nmi"])
        #expect(nmi.code == 4)
        #expect(nmi.output.contains("it takes on, off"), "\(nmi.output)")
        #expect(try site.ingot(["machine", "boot", "m", "cd"]).code == 4)
        #expect(try site.ingot(["machine", "boot", "m", "disk", "--mode", "uefi"]).code == 4)
        let sensors = try site.ingot(["machine", "sensors", "m"])
        #expect(sensors.code == 4)
        #expect(sensors.output.contains("the SDR repository is empty"), "\(sensors.output)")
        #expect(calls(site, "first") == [])
        #expect(try site.ingot(["machine", "power", "m", "on"]).code == 0)
        #expect(calls(site, "first").contains("power.set"))
        #expect(try site.ingot(["machine", "power", "m", "cycle"]).code == 0)
        #expect(calls(site, "first").filter { $0 == "power.set" }.count == 2)

        // The operator's word counts more than the row.
        let update = try site.ingot(["machine", "update", "m", "--quirk", "-no_mode", "--quirk", "+slow_start"])
        #expect(update.code == 0, "\(update.output)")
        #expect(calls(site, "first").contains(#"quirks "slow_start""#))
        #expect(try site.ingot(["machine", "show", "m"]).output.contains("removed"))
        let unknown = try site.ingot(["machine", "update", "m", "--quirk", "+nonsense"])
        #expect(unknown.code == 4)
        #expect(unknown.output.contains("no_mode, one_call, slow_start"), "\(unknown.output)")

        // What changed on the device is there after a probe, and after a restart without one.
        try write(
            site, "first", "capabilities",
            Self.capabilities.replacingOccurrences(of: #""off"]"#, with: #""off", "nmi"]"#))
        let probe = try site.ingot(["machine", "probe", "m"])
        #expect(probe.code == 0, "\(probe.output)")
        #expect(probe.output.contains("on, off, nmi"), "\(probe.output)")
        site.serve?.terminate()
        try await wait("ingot serve to stop", seconds: 15) { site.serve?.isRunning != true }
        try await site.startServe()
        _ = calls(site, "first")
        #expect(try site.ingot(["machine", "power", "m", "nmi"]).code == 0)
        #expect(!calls(site, "first").contains("probe"))
    }

    @Test func severalDriversOfOneMachine() async throws {
        let site = try Site(subnet: "127.72.2.0/24")
        defer { site.close() }
        try install("first", site, capabilities: Self.capabilities)
        try install(
            "second", site,
            capabilities: Self.capabilities.replacingOccurrences(
                of: #""sensors": {"answer": "no""#, with: #""sensors": {"answer": "yes""#))
        try await site.startServe()
        let add = try site.ingot([
            "machine", "add", "m", "--no-password", "--mac", "52:54:00:aa:00:02", "--address", "127.72.2.9",
            "--driver", "dev.example.first", "--set", "path=\(directory(site, "first").path)",
            "--driver", "dev.example.second", "--set", "path=\(directory(site, "second").path)",
        ])
        #expect(add.code == 0, "\(add.output)\n\(site.logTail)")
        let view = try await machine(site)
        #expect((view["drivers"] as? [[String: Any]])?.count == 2)
        #expect(action("power.on", view)?["driver"] as? String == "dev.example.first")
        #expect(action("sensors", view)?["driver"] as? String == "dev.example.second")

        // Each capability from the driver that has it.
        let sensors = try site.ingot(["machine", "sensors", "m"])
        #expect(sensors.output.contains("CPU1 Temp"), "\(sensors.output)")
        #expect(sensors.output.contains("51.5"), "\(sensors.output)")
        let events = try site.ingot(["machine", "events", "m"])
        #expect(events.output.contains("PSU1"), "\(events.output)")
        #expect(try site.ingot(["machine", "clear-events", "m"]).code == 0)
        #expect(try !site.ingot(["machine", "events", "m"]).output.contains("PSU1"))
        #expect(try site.ingot(["machine", "inventory", "m", "-o", "json"]).output.contains("bmc"))

        // A read goes on to the next driver, a change that may have arrived does not.
        try write(site, "first", "fail", "power.get 9 0\n")
        try write(site, "second", "power", "2")
        #expect(try site.ingot(["machine", "power", "m", "status"]).output == "on\n")
        try write(site, "second", "fail", "power.get 9 0\n")
        let (status, body) = try request(site, "GET", "/v1/machines/m/power", "")
        #expect(status == 502)
        let attempts = (body["error"] as? [String: Any])?["attempts"] as? [[String: Any]] ?? []
        #expect(attempts.compactMap { $0["driver"] as? String } == ["dev.example.first", "dev.example.second"])
        #expect(attempts.compactMap { $0["status"] as? String } == ["protocol", "protocol"])
        let failed = try site.ingot(["machine", "power", "m", "status"])
        #expect(failed.output.contains("dev.example.first: protocol: power.get was told to fail; dev.example.second"))
        try write(site, "first", "fail", "power.set 5 2\n")
        try write(site, "second", "fail", "")
        _ = calls(site, "second")
        let cycle = try site.ingot(["machine", "power", "m", "reset"])
        // Neither driver has reset: refused without a call.
        #expect(cycle.code == 4)
        let lost = try site.ingot(["machine", "boot", "m", "pxe"])
        #expect(lost.code == 0, "\(lost.output)")
        #expect(calls(site, "second") == [])

        // Changed in place; the driver that stays keeps its settings.
        let update = try site.ingot(["machine", "update", "m", "--driver", "dev.example.second"])
        #expect(update.code == 0, "\(update.output)\n\(site.logTail)")
        let after = try await machine(site)
        #expect((after["drivers"] as? [[String: Any]])?.count == 1)
        #expect((after["config"] as? [String: Any])?["path"] as? String == directory(site, "second").path)
        for (body, field) in [
            (#"{"drivers":[]}"#, "drivers"), (#"{"drivers":[{"driver":"no"}]}"#, "drivers[0].driver"),
            (#"{"config":{"path":""}}"#, "config.path"), (#"{"mac":"x"}"#, "mac"),
            (
                #"{"drivers":[{"driver":"dev.example.first","configuration":{"path":7}}]}"#,
                "drivers[0].configuration.path"
            ),
            (#"{"drivers":[],"driver":"x"}"#, "drivers"), (#"{"quirks":{"add":["x"]}}"#, "quirks.add[0]"),
        ] {
            let (status, answer) = try request(site, "PATCH", "/v1/machines/m", body)
            #expect(status == 422, "\(body): \(answer)")
            #expect((answer["error"] as? [String: Any])?["field"] as? String == field, "\(body): \(answer)")
        }
    }

    @Test func aWrongSiteRowStopsTheStartAndNamesThePlace() async throws {
        let site = try Site(subnet: "127.72.3.0/24")
        defer { site.close() }
        let file = site.directory.appendingPathComponent("rows.yaml")
        try Data(Self.rows.replacingOccurrences(of: "<2", with: "<new").utf8).write(to: file)
        let configuration = site.directory.appendingPathComponent("ingot.yaml")
        let text = try String(contentsOf: configuration, encoding: .utf8) + "quirks: [\(file.path)]\n"
        try Data(text.utf8).write(to: configuration)
        #expect(try await site.startServe() == false)
        #expect(site.logTail.contains(#"rows.yaml: row site-example-no-mode: "match.firmware""#), "\(site.logTail)")
    }
}
