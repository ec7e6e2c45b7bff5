// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import PluginAPI
import PluginTesting
import RedfishSimulator
import Testing

/// Every fault a Redfish service can have against every main operation: a right answer or a typed error before the
/// deadline, no change that is not told, no session beyond the one of the device.
@Suite(.serialized) struct FaultTests {
    /// Calls that such a fault holds up end by their deadline alone.
    private static func deadline(_ fault: String) -> Duration {
        ["hang", "slow-bytes", "truncate"].contains { fault.hasPrefix($0) } ? .seconds(0.8) : .seconds(10)
    }

    /// Faults with arguments that make them strike within a test; the others as they are.
    private static let arguments = [
        "latency": "latency:seconds=0.02", "session-expiry": "session-expiry:seconds=0.3",
        "session-limit": "session-limit:0",
        "bmc-restart": "bmc-restart:after=2,seconds=0.3", "refuse": "refuse:after=2", "hang": "hang:after=3",
        "power-slow": "power-slow:0.3", "power-stale": "power-stale:0.5", "firmware-update": "firmware-update:after=4",
    ]

    static let faults: [String] = FaultKind.all
        .filter { [.any, .stream, .redfish, .chassis].contains($0.scope) }
        .map { arguments[$0.name] ?? $0.name }

    private func check(
        _ outcome: OpenDevice.Outcome, _ what: String, _ deadline: Duration,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect((0...11).contains(outcome.status), "\(what)", sourceLocation: sourceLocation)
        #expect(
            outcome.elapsed < deadline + .seconds(1), "\(what) took \(outcome.elapsed)", sourceLocation: sourceLocation)
        if outcome.status != INGOT_OK {
            #expect(!outcome.message.isEmpty, "\(what) says nothing", sourceLocation: sourceLocation)
        }
        #expect(!outcome.wire.contains("canary"), "\(what) shows a secret", sourceLocation: sourceLocation)
    }

    @Test(arguments: faults)
    func aRightAnswerOrATypedError(text: String) async throws {
        let fault = try Fault(text)
        let isAboutTLS = text.hasPrefix("certificate")
        let bmc = try await SimulatedBMC(tls: isAboutTLS ? .generated : .off, faults: [fault])
        let device = try bmc.open(bmc.server.certificatePEM.map { ["ca_certificates": $0] } ?? [:])
        let deadline = Self.deadline(text)
        func call() -> TestCall { device.call(deadline) }
        func check(
            _ outcome: OpenDevice.Outcome, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
        ) {
            self.check(outcome, what, deadline, sourceLocation: sourceLocation)
        }

        let state = await device.powerState(call())
        check(state, "power state")
        if state.status == INGOT_OK { #expect(state.number == .off) }

        let on = await device.setPower(.doOn, call())
        check(on, "on")
        let after = bmc.machine
        #expect(after.counts.powerOns <= 1, "sent twice")
        let isStuck = text.hasPrefix("power-stuck") || text.hasPrefix("power-slow")
        if on.status == INGOT_OK, !isStuck { #expect(after.power == .on) }
        if on.status != INGOT_OK, !on.isMaybeApplied { #expect(after.counts.powerOns == 0, "on happened untold") }

        let boot = await device.setBoot(.pxe, 0, call())
        check(boot, "boot")
        let kept = bmc.machine
        if boot.status == INGOT_OK {
            let isTaken = kept.bootOverride.target == .pxe || kept.boots.contains { $0.target == .pxe && $0.byOverride }
            #expect(isTaken, "boot was acknowledged and lost")
        } else if !boot.isMaybeApplied {
            #expect(kept.bootOverride.target == .none, "an override untold")
        }

        check(await device.read(INGOT_INVENTORY, "{}", call()), "inventory")
        check(await device.read(INGOT_SENSORS, "{}", call()), "sensors")
        check(await device.read(INGOT_EVENTLOG, "{}", call()), "event log")
        check(await device.probe(call()), "probe")
        if text == "low-privilege" { #expect(on.status == INGOT_E_FORBIDDEN) }
        if text == "redirect" { #expect(state.status == INGOT_E_PROTOCOL) }
        if text.hasPrefix("certificate") && text != "certificate-change" {
            #expect(state.status == INGOT_E_UNREACHABLE)
        }
        if ["deep-json", "bad-json", "oversize"].contains(text) { #expect(state.status == INGOT_E_PROTOCOL) }
        if text == "retry-after" {
            #expect(state.status == INGOT_E_BUSY)
            #expect(state.record.error?.retryAfterMilliseconds == 1000)
        }
        if text == "reply-lost" || text == "power-drop" { #expect(on.isMaybeApplied) }

        let begin = ContinuousClock.now
        device.close()
        #expect(ContinuousClock.now - begin < .seconds(5))
        #expect(bmc.server.statistics.sessionsOpen <= 1 || text == "session-leak")
        await bmc.stop()
    }

    /// The way back: once the fault is gone the same device works again.
    @Test(arguments: [
        "garbage", "truncate", "reset-mid-body", "half-close", "status:code=500", "node-busy", "bad-json",
        "bmc-restart:after=2,seconds=0.2", "session-expiry:seconds=0.2", "hang:after=2", "slow-bytes",
    ])
    func theDeviceRecovers(text: String) async throws {
        let bmc = try await SimulatedBMC(faults: [try Fault(text)])
        let device = try bmc.open()
        for _ in 0..<2 { _ = await device.powerState(device.call(.seconds(0.6))) }
        bmc.faults.set([])
        try await Task.sleep(for: .milliseconds(300))
        let outcome = await device.setPower(.doOn)
        #expect(outcome.status == INGOT_OK, "\(outcome.message)")
        #expect(bmc.machine.power == .on)
        device.close()
        #expect(bmc.server.statistics.sessionsOpen <= 1)
        await bmc.stop()
    }
}
