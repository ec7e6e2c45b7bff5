// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import IPMISimulator
import RedfishSimulator
import Testing

@testable import Host

extension HostTests {
    /// Ingot's own drivers in workers, on simulated BMCs.
    @Suite(.serialized) struct RealDriverTests {
        private static let time = Duration.seconds(30)

        static var areBuilt: Bool { ["redfish", "ipmi"].allSatisfy(PluginLab.isBuilt) }

        private static func host(_ lab: PluginLab) throws -> PluginHost {
            for (name, folder) in [("redfish", "Redfish"), ("ipmi", "IPMI")] {
                try lab.installDriver(name, from: folder)
            }
            return lab.host()
        }

        private static func machine() -> FaultyChassis {
            let started = ContinuousClock.now
            let chassis = SharedChassis(Chassis(), clock: { ContinuousClock.now - started })
            return FaultyChassis(chassis, faults: FaultInjector())
        }

        private static func redfish(_ server: RedfishServer) -> DriverSettings {
            DriverSettings(
                driver: "dev.ingot.redfish",
                configJSON: #"{"address":"http://127.0.0.1:\#(server.port)","username":"admin"}"#,
                secrets: ["password": Secret("secret")])
        }

        private static func ipmi(_ server: IPMIServer) -> DriverSettings {
            DriverSettings(
                driver: "dev.ingot.ipmi",
                configJSON: #"{"host":"127.0.0.1","port":\#(server.port),"username":"admin"}"#,
                secrets: ["password": Secret("secret")])
        }

        private static func book() throws -> QuirkBook {
            let folder = PluginLab.root + "/quirks"
            let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
            return try QuirkBook(
                files.flatMap { file in
                    QuirkFile.read(try String(contentsOfFile: folder + "/" + file, encoding: .utf8), file: file).rows
                })
        }

        /// One machine that speaks both protocols; its Redfish service dies.
        @Test(.enabled(if: areBuilt)) func aMachineWithTwoProtocolsOutlivesOne() async throws {
            let machine = Self.machine()
            let web = try await RedfishServer.start(RedfishServer.Configuration(tls: .off), machine: machine)
            let bmc = try await IPMIServer.start(IPMIServer.Configuration(), machine: machine)
            let lab = try PluginLab()
            let host = try Self.host(lab)
            let device = try MachineDevice(name: "m", host: host, drivers: [Self.redfish(web), Self.ipmi(bmc)])
            let reports = try await device.refresh(deadline: Self.time)
            #expect(reports.offer(.power(.on)).driver == "dev.ingot.redfish")
            // Only IPMI has a console on this machine.
            #expect(reports.offer(.console).driver == "dev.ingot.ipmi")
            try await device.setPower(.on, operation: "1", deadline: Self.time)
            #expect(try await eventually { try await device.powerState(deadline: Self.time) == .on })
            let before = bmc.statistics.datagramsIn
            #expect(try await !device.sensors(deadline: Self.time).isEmpty)
            #expect(bmc.statistics.datagramsIn == before, "IPMI was asked although Redfish answers")
            await web.stop()
            // A read goes on with IPMI, and so does a change that certainly did not arrive.
            #expect(try await device.powerState(deadline: Self.time) == .on)
            #expect(try await !device.sensors(deadline: Self.time).isEmpty)
            #expect(
                try await device.setBoot(BootSetting(target: .pxe), operation: "2", deadline: Self.time).target == .pxe)
            await bmc.stop()
            let error = await failure { try await device.powerState(deadline: .seconds(6)) }
            #expect(error?.attempts.map(\.driver).sorted() == ["dev.ingot.ipmi", "dev.ingot.redfish"])
            #expect(error?.attempts.contains { $0.driver == "dev.ingot.redfish" && $0.status == "unreachable" } == true)
            await host.shutdown()
        }

        /// Nothing can be learned of this BMC without its quirk, and nothing but the trial finds it.
        @Test(.enabled(if: areBuilt)) func aBMCThatCannotBeProbedIsHelpedByTrial() async throws {
            let bmc = try await IPMIServer.start(
                IPMIServer.Configuration(behaviours: [.openSessionPrivilege]), machine: Self.machine())
            let lab = try PluginLab()
            let host = try Self.host(lab)
            let device = try MachineDevice(
                name: "m", host: host, drivers: [Self.ipmi(bmc)], surroundings: .init(quirks: try Self.book()))
            #expect(try await device.powerState(deadline: Self.time) == .off)
            let quirks = try #require(await device.reports.first).quirks
            #expect(quirks.map(\.quirk) == ["open_session_privilege"])
            #expect(quirks.first?.state == .tried)
            // Without the rows there is no help.
            let alone = try MachineDevice(name: "a", host: host, drivers: [Self.ipmi(bmc)])
            #expect(await failure { try await alone.powerState(deadline: Self.time) }?.status == .forbidden)
            await device.close()
            await host.shutdown()
            await bmc.stop()
        }

        /// Contoso is nobody's BMC.
        static let profiles = RedfishProfile.all.filter { $0.identity.vendor != "Contoso" }.map(\.name)

        /// A machine nobody described gets the quirks its BMC needs, and is controlled with them.
        @Test(.enabled(if: areBuilt), arguments: profiles)
        func aVendorsMachineGetsItsQuirks(name: String) async throws {
            let profile = try #require(RedfishProfile.all.first { $0.name == name })
            let started = ContinuousClock.now
            let server = try await RedfishServer.start(
                RedfishServer.Configuration(tls: .off, profile: profile),
                chassis: SharedChassis(profile.chassis(), clock: { ContinuousClock.now - started }))
            let lab = try PluginLab()
            let host = try Self.host(lab)
            let device = try MachineDevice(
                name: name, host: host, drivers: [Self.redfish(server)], surroundings: .init(quirks: try Self.book()))
            try await device.refresh(deadline: Self.time)
            let report = try #require(await device.reports.first)
            let applied = Set(report.quirks.filter { $0.state == .applied }.map(\.quirk))
            let needed = Set(profile.behaviours.map(\.rawValue))
            #expect(applied.isSuperset(of: needed), "\(report.capabilities.identity): \(applied.sorted())")
            // What a deployment asks of it.
            let kept = try await device.setBoot(BootSetting(target: .pxe), operation: "1", deadline: Self.time)
            #expect(kept.target == .pxe)
            try await device.setPower(.on, operation: "2", deadline: Self.time)
            #expect(try await eventually { try await device.powerState(deadline: Self.time) == .on })
            await device.close()
            await host.shutdown()
            await server.stop()
        }
    }
}
