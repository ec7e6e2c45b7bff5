// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import Host
import IPMISimulator
import Logging
import RedfishSimulator
import Testing
import Trace

/// Real drivers recorded on simulators and replayed without them.
@Suite(.serialized) struct ReplayTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path(percentEncoded: false)
    private static let products: String = {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: program).deletingLastPathComponent().path(percentEncoded: false)
    }()
    private static let password = "Canary-42-password"

    private static func logger() -> Logger {
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        return logger
    }

    private func stage(_ name: String, _ folder: String) throws -> StagedPlugin {
        try StagedPlugin(
            library: Self.products + "libingot-\(name).so",
            manifest: Self.root + "Plugins/\(folder)/plugin.json.in")
    }

    private func run(_ plugin: StagedPlugin, _ configuration: String) -> DriverRun {
        DriverRun(
            plugin: plugin, workerPath: Self.products + "ingot-worker", configuration: configuration,
            secrets: ["password": Secret(Self.password)], deadline: .seconds(10), logger: Self.logger())
    }

    private func replay(_ trace: TraceFile, _ plugin: StagedPlugin) async throws -> Replay {
        try await DriverRun.replay(
            trace, plugin: plugin, workerPath: Self.products + "ingot-worker", deadline: .seconds(10),
            logger: Self.logger())
    }

    private let changes = [
        RecordedCall("boot.set", value: 1, flags: 2), RecordedCall("boot.get"),
        RecordedCall("power.set", value: PowerAction.on.rawValue), RecordedCall("power.get"),
    ]

    @Test func ipmi() async throws {
        let plugin = try stage("ipmi", "IPMI")
        let server = try await IPMIServer.start(
            .init(password: Self.password), chassis: SharedChassis(Chassis()), faults: FaultInjector())
        let configuration = #"{"host":"127.0.0.1","port":\#(server.port),"username":"admin"}"#
        let trace: TraceFile
        do { trace = try await run(plugin, configuration).record(DriverRun.tour + changes) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
        try await check(trace, plugin, protocolName: "ipmi")
    }

    @Test func redfish() async throws {
        let plugin = try stage("redfish", "Redfish")
        let server = try await RedfishServer.start(
            .init(tls: .off, password: Self.password), chassis: SharedChassis(Chassis()), faults: FaultInjector())
        let configuration = #"{"address":"http://127.0.0.1:\#(server.port)","username":"admin"}"#
        let trace: TraceFile
        do { trace = try await run(plugin, configuration).record(DriverRun.tour + changes) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
        try await check(trace, plugin, protocolName: "http")
    }

    private func check(_ trace: TraceFile, _ plugin: StagedPlugin, protocolName: String) async throws {
        let text = String(decoding: try trace.encoded(), as: UTF8.self)
        #expect(!text.contains(Self.password) && !text.contains("Canary-42"))
        #expect(trace.protocols == [protocolName])
        let calls = RecordedCall.all(in: trace).filter(\.isReplayed)
        #expect(calls.count == 10)
        for call in calls
        where ["driver.probe", "power.get", "power.set", "boot.get", "boot.set"].contains(call.function) {
            #expect(call.status == "ok", "\(call.function): \(call.message)")
        }
        #expect(trace.header.identity?.isEmpty == false)

        let again = try await replay(try TraceFile(Data(text.utf8)), plugin)
        for row in again.comparison.rows { #expect(row.differences.isEmpty, "\(row)") }
        #expect(again.unknownRequests.isEmpty, "\(again.unknownRequests)")

        // Another device: the answers to power.get are other ones.
        var changed = trace
        for index in changed.entries.indices where changed.entries[index].function == "power.get" {
            let call = changed.entries[index].call
            for other in changed.entries.indices
            where changed.entries[other].call == call && changed.entries[other].status != nil {
                changed.entries[other].out = [9, 9]
            }
        }
        let different = try await replay(changed, plugin)
        #expect(!different.comparison.isSame)
        #expect(different.comparison.rows.count { !$0.differences.isEmpty } == 2)
    }

    /// A bundle whose recorded call failed becomes a test that fails until the call succeeds.
    @Test func aSupportBundleBecomesAFailingTest() async throws {
        let plugin = try stage("ipmi", "IPMI")
        let server = try await IPMIServer.start(
            .init(password: Self.password), chassis: SharedChassis(Chassis()),
            faults: FaultInjector([try Fault("wrong-completion-code:0xD3")]))
        let configuration = #"{"host":"127.0.0.1","port":\#(server.port),"username":"admin"}"#
        let trace: TraceFile
        do { trace = try await run(plugin, configuration).record([RecordedCall("power.get")]) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
        #expect(RecordedCall.all(in: trace).first(where: \.isReplayed)?.status != "ok")
        let folder = FileManager.default.temporaryDirectory.appending(path: "ingot-bundle-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let bundle = folder.appending(path: "case.tar.gz").path(percentEncoded: false)
        try SupportBundle(trace: trace, manifest: Data("{}".utf8)).write(to: bundle)

        let read = try ReplayTest(path: bundle)
        #expect(read.trace == trace)
        let asRecorded = read.judge(try await replay(read.trace, plugin))
        let isAsRecorded = asRecorded.allSatisfy { $0.differences.isEmpty }
        #expect(isAsRecorded)

        let directory = folder.appending(path: "test").path(percentEncoded: false)
        try read.expecting([]).write(to: directory)
        let test = try ReplayTest(path: directory)
        #expect(test.expectations == [.init(function: "power.get", number: 1, status: "ok")])
        let rows = test.judge(try await replay(test.trace, plugin))
        #expect(rows.contains { $0.differences.first?.hasPrefix("expected ok, got") == true })
        #expect(throws: TraceError.self) { try read.expecting(["boot.get=ok"]) }
        #expect(throws: TraceError.self) { try read.write(to: directory) }
    }
}
