// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import Testing

@testable import RedfishSimulator

/// Clients that Ingot did not write judge the service.
@Suite(.enabled(if: Clients.environment != nil, "DMTF's and OpenStack's clients cannot be installed here"), .serialized)
struct ClientTests {
    /// A running service behind HTTPS, its certificate in a file, stopped afterwards.
    private func with<Result: Sendable>(
        _ name: String, behaviours: Set<RedfishBehaviour>? = nil,
        _ body: (RedfishServer, _ certificate: String, _ tool: (String) -> String) async throws -> Result
    ) async throws -> Result {
        let folder = try #require(Clients.environment)
        let profile = try #require(RedfishProfile(named: name))
        let server = try await RedfishServer.start(
            .init(profile: profile, behaviours: behaviours), chassis: SharedChassis(Chassis()))
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-\(UUID().uuidString).pem")
        try #require(server.certificatePEM).write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        do {
            let result = try await body(server, file.path) { "\(folder)/bin/\($0)" }
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    /// DMTF's conformance test of DSP0266 finds nothing.
    @Test func theProtocolValidatorReportsNoFailure() async throws {
        let reports = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: reports) }
        let output = try await with("generic") { server, _, tool in
            await Tool.run(
                tool("rf_protocol_validator"),
                [
                    "-u", "admin", "-p", "secret", "-r", server.baseURL, "--no-cert-check", "--avoid-http-redirect",
                    "--report-dir", reports.path, "--report-type", "tsv",
                ])
        }
        let files = try FileManager.default.contentsOfDirectory(at: reports, includingPropertiesForKeys: nil)
        // Beside the report there may be the tool's own record of the run, in JSON.
        let report = try String(contentsOf: #require(files.first { $0.pathExtension != "json" }), encoding: .utf8)
        let rows = report.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        let column = try #require(rows.first?.firstIndex(of: "Result"))
        func count(_ result: String) -> Int { rows.filter { $0.count > column && $0[column] == result }.count }
        for row in rows where row.count > column && ["FAIL", "WARN"].contains(row[column]) {
            Issue.record("\(row.joined(separator: " | "))")
        }
        #expect(count("FAIL") == 0)
        #expect(count("PASS") > 350, "\(output.text.suffix(2000))")
    }

    @Test(arguments: ["generic", "dell-idrac9", "openbmc", "huawei-ibmc"])
    func dmtfsLibraryDrivesIt(_ name: String) async throws {
        // DMTF's library knows no vendor's ways: the shapes of the profiles without their behaviours.
        try await with(name, behaviours: []) { server, certificate, tool in
            for auth in ["session", "basic"] {
                let system = server.configuration.profile.systemPath
                let run = await Tool.run(
                    tool("python3"), [Clients.script("dmtf_client.py"), server.baseURL, certificate, auth, system],
                    environment: ["SSL_CERT_FILE": certificate])
                #expect(run.status == 0, "\(run.text)")
                _ = server.machine.perform(.off)
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(server.statistics.sessionsOpened == 1 && server.statistics.sessionsOpen == 0)
        }
    }

    @Test(arguments: ["generic", "dell-idrac10", "hpe-ilo5", "lenovo-xcc", "ami"])
    func openStacksLibraryDrivesIt(_ name: String) async throws {
        // Sushy copes with these behaviours itself.
        let behaviours: Set<RedfishBehaviour> =
            switch name {
            case "dell-idrac10": [.bootViaSettings]
            case "hpe-ilo5": [.ejectNeedsBody]
            case "lenovo-xcc": [.mediaByPatch, .bootOnceOnly]
            default: []
            }
        try await with(name, behaviours: behaviours) { server, certificate, tool in
            let run = await Tool.run(
                tool("python3"),
                [
                    Clients.script("sushy_client.py"), server.baseURL, certificate,
                    server.configuration.profile.systemPath,
                ])
            #expect(run.status == 0, "\(run.text)")
        }
    }

    /// The tools that DMTF gives to operators.
    @Test(arguments: ["generic", "lenovo-xcc"])
    func dmtfsUtilitiesDriveIt(_ name: String) async throws {
        try await with(name, behaviours: []) { server, _, tool in
            func run(_ program: String, _ words: String..., saying expected: String) async {
                let login = ["-u", "admin", "-p", "secret", "-r", server.baseURL]
                let run = await Tool.run(tool("python3"), [tool(program)] + login + words)
                #expect(run.status == 0 && run.text.contains(expected), "\(program): \(run.text)")
            }
            await run("rf_boot_override.py", "-t", "Pxe", saying: "Pxe")
            #expect(server.machine.chassis.snapshot.bootOverride.target == .pxe)
            await run("rf_power_reset.py", "-t", "On", saying: "Resetting")
            #expect(server.machine.chassis.snapshot.power != .off)
            await run("rf_sensor_list.py", saying: "23 Cel")
            await run("rf_sys_inventory.py", "-details", saying: "SIMDISK1")
            await run("rf_virtual_media.py", "insert", "-image", "http://192.0.2.1/x.iso", saying: "Inserting")
            await run("rf_virtual_media.py", "info", saying: "http://192.0.2.1/x.iso")
            await run("rf_bios_settings.py", "-a", "BootMode", "Bios", saying: "Setting BootMode")
            await run("rf_update.py", "-i", Clients.script("venv.sh"), saying: "Done")
            await run("rf_certificates.py", "info", saying: "HTTPS")
        }
    }

    @Test func redfishtoolDrivesIt() async throws {
        try await with("generic") { server, _, tool in
            let base = [
                "-r", "127.0.0.1:\(server.port)", "-u", "admin", "-p", "secret", "-S", "Always", "-A", "Session",
            ]
            func run(_ words: String...) async -> (status: Int32, text: String) {
                await Tool.run(tool("redfishtool"), base + words)
            }
            let root = await run("root")
            #expect(root.status == 0 && root.text.contains("\"RedfishVersion\""), "\(root.text)")
            let boot = await run("Systems", "-F", "setBootOverride", "Once", "Pxe")
            #expect(boot.status == 0, "\(boot.text)")
            #expect(server.machine.chassis.snapshot.bootOverride.target == .pxe)
            let on = await run("Systems", "-F", "reset", "On")
            #expect(on.status == 0, "\(on.text)")
            #expect(server.machine.chassis.snapshot.power != .off)
            for words in [["Systems", "-F", "Processors"], ["Chassis", "-F", "Thermal"], ["Managers", "-F"]] {
                let read = await Tool.run(tool("redfishtool"), base + words)
                #expect(read.status == 0, "\(read.text)")
            }
        }
    }
}

/// The Python environment with the clients; made once.
enum Clients {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Clients")
    static let root = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func script(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// nil when it cannot be had: no Python, or no way to its packages.
    static let environment: String? = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [script("venv.sh"), root.appendingPathComponent("build/test/redfish-clients").path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? process.arguments?.last : nil
    }()
}
