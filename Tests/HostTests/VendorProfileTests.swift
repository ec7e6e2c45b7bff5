// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import RedfishSimulator
import Testing

@testable import Host

extension HostTests {
    /// Vendors' BMCs, the Redfish driver and the rows that come with Ingot, put together: a machine nobody described gets
    /// the quirks its BMC needs, and is controlled with them.
    @Suite(.serialized) struct VendorProfileTests {
        private static let library: String = {
            let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
            return URL(filePath: program).deletingLastPathComponent().appending(path: "libingot-redfish.so").path
        }()

        /// Contoso is nobody's BMC.
        static let profiles = RedfishProfile.all.filter { $0.identity.vendor != "Contoso" }.map(\.name)

        private static func book() throws -> QuirkBook {
            let folder = PluginLab.root + "/quirks"
            let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
            return try QuirkBook(
                files.flatMap { file in
                    QuirkFile.read(try String(contentsOfFile: folder + "/" + file, encoding: .utf8), file: file).rows
                })
        }

        @Test(.enabled(if: FileManager.default.fileExists(atPath: library)), arguments: profiles)
        func aVendorsMachineGetsItsQuirks(name: String) async throws {
            let profile = try #require(RedfishProfile.all.first { $0.name == name })
            let started = ContinuousClock.now
            let server = try await RedfishServer.start(
                RedfishServer.Configuration(tls: .off, profile: profile),
                chassis: SharedChassis(profile.chassis(), clock: { ContinuousClock.now - started }))
            let lab = try PluginLab()
            try PluginLab.run(
                "/bin/sh",
                [
                    PluginLab.root + "/Plugins/install-plugin.sh", Self.library,
                    PluginLab.root + "/Plugins/Redfish/plugin.json.in", lab.plugins,
                ])
            let host = lab.host()
            let device = try MachineDevice(
                name: name, host: host,
                drivers: [
                    DriverSettings(
                        driver: "dev.ingot.redfish",
                        configJSON: #"{"address":"http://127.0.0.1:\#(server.port)","username":"admin"}"#,
                        secrets: ["password": Secret("secret")])
                ],
                surroundings: .init(quirks: try Self.book()))
            try await device.refresh(deadline: .seconds(30))
            let report = try #require(await device.reports.first)
            let applied = Set(report.quirks.filter { $0.state == .applied }.map(\.quirk))
            let needed = Set(profile.behaviours.map(\.rawValue))
            #expect(applied.isSuperset(of: needed), "\(report.capabilities.identity): \(applied.sorted())")
            // What a deployment asks of it.
            let kept = try await device.setBoot(
                BootSetting(target: .pxe), operation: "1", deadline: .seconds(30))
            #expect(kept.target == .pxe)
            try await device.setPower(.on, operation: "2", deadline: .seconds(30))
            #expect(try await eventually { try await device.powerState(deadline: .seconds(30)) == .on })
            await device.close()
            await host.shutdown()
            await server.stop()
        }
    }
}
