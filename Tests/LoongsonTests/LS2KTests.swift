// SPDX-License-Identifier: GPL-3.0-or-later
import BMCModel
import Foundation
import IPMISimulator
import PluginKit
import PluginTesting
import Testing

@testable import Loongson

/// Loongson's 2K BMC: the IPMI driver with this BMC's rules.
@Suite("2K BMC", .timeLimit(.minutes(2)))
struct LS2KTests {
    @Test func resetsAreSpacedAndTheBMCIsAway() throws {
        var rule = ResetRule()
        let now = ContinuousClock.now
        try rule.checkPresence(at: now)
        #expect(throws: PluginError.self) { try rule.checkReset(chassis: .on, force: false, at: now) }
        #expect(throws: PluginError.self) { try rule.checkReset(chassis: .unknown, force: false, at: now) }
        try rule.checkReset(chassis: .on, force: true, at: now)
        try rule.checkReset(chassis: .off, force: false, at: now)
        rule.didReset(at: now)
        let away = #expect(throws: PluginError.self) { try rule.checkPresence(at: now + .seconds(4)) }
        #expect(away?.status == .busy && away?.retryAfter == .seconds(6))
        try rule.checkPresence(at: now + .seconds(10))
        let soon = #expect(throws: PluginError.self) {
            try rule.checkReset(chassis: .off, force: true, at: now + .seconds(59))
        }
        #expect(soon?.status == .busy && soon?.retryAfter == .seconds(1))
        try rule.checkReset(chassis: .off, force: false, at: now + .seconds(60))
    }

    @Test func theHostIsSparedTheReset() async throws {
        try await Bench.run { bench in
            let refused = try await bench.fails { device, call throws(PluginError) in
                try device.invoke(method: "bmc.reset", body: [], call)
            }
            #expect(refused.status == .state && refused.field == "force")
            let raw = try await bench.fails { device, call throws(PluginError) in
                try device.invoke(method: "raw", body: Array(#"{"netfn":6,"command":2}"#.utf8), call)
            }
            #expect(raw.status == .state)
            #expect(bench.bmc.statistics.count(6, 2) == 0)
            try await bench.calls { device, call throws(PluginError) in
                try device.invoke(method: "bmc.reset", body: Array(#"{"force":true}"#.utf8), call)
            }
            let before = bench.bmc.statistics.datagramsIn
            let away = try await bench.fails { device, call throws(PluginError) in
                _ = try device.powerState(call)
            }
            #expect(away.status == .busy && away.retryable && away.retryAfter ?? .zero > .seconds(5))
            #expect(bench.bmc.statistics.datagramsIn == before, "nothing is sent to a BMC that is away")
        }
    }

    @Test func theOverrideIsSentAgainBeforeTheMachineStarts() async throws {
        try await Bench.run { bench in
            try await bench.calls { device, call throws(PluginError) in try device.setPower(.off, call) }
            try await bench.calls { device, call throws(PluginError) in
                try device.setBoot(BootSetting(target: .pxe), call)
            }
            let kept = bench.machine.snapshot.bootOverride
            #expect(kept.mode == .uefi, "\(kept)")
            // The BMC lets it lapse.
            bench.machine.withChassis { chassis, now in chassis.setBoot(.none, at: now) }
            try await bench.calls { device, call throws(PluginError) in try device.setPower(.on, call) }
            let end = ContinuousClock.now + .seconds(20)
            while bench.machine.snapshot.boots.isEmpty, ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(20))
            }
            let boot = bench.machine.snapshot.boots.last
            #expect(boot?.target == .pxe && boot?.byOverride == true && boot?.mode == .uefi)
        }
    }

    @Test func theOperatorsCommandsAreSentAsTheyAre() async throws {
        try await Bench.run(["commands": [["name": "device-id", "netfn": 6, "command": 1]]]) { bench in
            let record = try await bench.calls { device, call throws(PluginError) in
                try device.invoke(method: "command.device-id", body: [], call)
            }
            let reply = record.emitted.last.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
            #expect(reply.contains("\"completion_code\":0"), "\(reply)")
            let unknown = try await bench.fails { device, call throws(PluginError) in
                try device.invoke(method: "command.other", body: [], call)
            }
            #expect(unknown.status == .unsupported)
        }
    }

    @Test func theProbeTellsLoongsonAndTheCommands() async throws {
        try await Bench.run(["commands": [["name": "device-id", "netfn": 6, "command": 1]]]) { bench in
            let record = try await bench.calls { device, call throws(PluginError) in try device.probe(call) }
            let told = record.emitted.last.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
            #expect(told.contains("LOONGSON") && told.contains("command.device-id") && !told.contains("\"sweep\""))
        }
    }
}

/// A device of kind `ls2k` on a simulated BMC whose machine is on.
private struct Bench: Sendable {
    let bmc: IPMIServer
    let machine: SharedChassis
    let device: LoongsonDevice

    static func run(_ more: [String: Any] = [:], _ body: (Bench) async throws -> Void) async throws {
        var configuration = IPMIServer.Configuration()
        var chassis = Chassis(power: .on)
        let profile = try #require(IPMIProfile(named: "loongson-ls2k"))
        profile.apply(to: &configuration, identity: &chassis.identity)
        let machine = SharedChassis(chassis)
        let bmc = try await IPMIServer.start(
            configuration, machine: FaultyChassis(machine, faults: FaultInjector()))
        let members: [String: Any] = [
            "kind": "ls2k", "host": "127.0.0.1", "port": bmc.port, "username": "admin",
        ]
        let json = String(
            decoding: try JSONSerialization.data(withJSONObject: members.merging(more) { $1 }), as: UTF8.self)
        let driver = LoongsonDriver()
        try driver.start()
        let device = try #require(
            TestCall().run { raw in try? driver.open(configuration: json, Call(raw)) })
        try await body(Bench(bmc: bmc, machine: machine, device: device))
        TestCall().run { device.close(Call($0)) }
        await bmc.stop()
    }

    private func outcome(
        _ body: @escaping @Sendable (LoongsonDevice, borrowing Call) throws(PluginError) -> Void
    ) async -> (error: PluginError?, record: TestCall.Record) {
        let call = TestCall(deadline: .seconds(20), secrets: ["password": "secret"])
        return await onOwnThread {
            var error: PluginError?
            call.run { raw in do throws(PluginError) { try body(device, Call(raw)) } catch let thrown { error = thrown }
            }
            return (error, call.result)
        }
    }

    @discardableResult
    func calls(
        _ body: @escaping @Sendable (LoongsonDevice, borrowing Call) throws(PluginError) -> Void
    ) async throws -> TestCall.Record {
        let (error, record) = await outcome(body)
        if let error { throw error }
        return record
    }

    func fails(
        _ body: @escaping @Sendable (LoongsonDevice, borrowing Call) throws(PluginError) -> Void
    ) async throws -> PluginError {
        try #require(await outcome(body).error)
    }
}
