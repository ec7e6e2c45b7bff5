// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import PluginAPI
import PluginTesting
import RedfishSimulator
import Testing

@testable import Redfish

/// Each quirk against the simulator's behaviour of the same name: what it is for fails or lies without it and works
/// with it. Where the driver's ordinary way copes already, the quirk is documentary and works both ways.
@Suite(.serialized) struct QuirkTests {
    /// What a device with or without the quirk is made to do; nil means that it went well, else what went wrong.
    typealias Trial = @Sendable (SimulatedBMC, OpenDevice) async throws -> String?

    struct Row: Sendable, CustomTestStringConvertible {
        var quirk: Quirk
        /// Works without the quirk too.
        var isDocumentary = false
        /// Behaviours and quirks beside the one in question.
        var power = BMCModel.PowerState.off
        var timing = ChassisTiming(on: .zero, off: .zero, post: .milliseconds(50))
        var trial: Trial
        var testDescription: String { quirk.rawValue }
    }

    private static func wrong(_ outcome: OpenDevice.Outcome) -> String? {
        outcome.status == INGOT_OK ? nil : "status \(outcome.status): \(outcome.message)"
    }

    private static let power: Trial = { _, device in wrong(await device.setPower(.doOn)) }
    private static let boot: Trial = { bmc, device in
        if let wrong = wrong(await device.setBoot(.pxe)) { return wrong }
        return bmc.machine.bootOverride.target == .pxe ? nil : "the machine has another override"
    }
    private static let media: Trial = { _, device in
        let begun = await device.begin(INGOT_MEDIA, #"{"slot":"cd","url":"http://192.0.2.1/x.iso"}"#)
        if let wrong = wrong(begun) { return wrong }
        let token = begun.texts("token").last ?? ""
        guard await device.poll(INGOT_MEDIA, token).number == 1 else { return "nothing is in" }
        return wrong(await device.end(INGOT_MEDIA, token))
    }

    static let rows: [Row] = [
        Row(quirk: .connectionClose, isDocumentary: true, trial: power),
        Row(quirk: .acceptIdentity, isDocumentary: true, trial: boot),
        Row(quirk: .noAcceptIdentity, trial: power),
        Row(quirk: .etagRequired, isDocumentary: true, trial: boot),
        Row(quirk: .etagFresh) { bmc, device in
            // Somebody else reads the system whenever this driver has read it.
            for _ in 0..<3 { if let wrong = try await boot(bmc, device) { return wrong } }
            return nil
        }.documentary,
        Row(quirk: .etagStrongOnly, trial: boot),
        Row(quirk: .etagNever, trial: boot),
        Row(quirk: .etagNotOnActions, isDocumentary: true, trial: power),
        Row(quirk: .basicOnly, isDocumentary: true) { bmc, device in
            if let wrong = try await power(bmc, device) { return wrong }
            return bmc.server.statistics.sessionsOpened == 0 ? nil : "a session"
        },
        Row(quirk: .noSessionContext, isDocumentary: true) { bmc, device in
            if let wrong = try await power(bmc, device) { return wrong }
            let now = bmc.server.statistics
            return now.sessionsOpened == 1 && now.loginsFailed == 0 ? nil : "\(now)"
        },
        Row(quirk: .bootViaSettings, trial: boot),
        Row(quirk: .notReadyRetry, trial: power),
        Row(quirk: .jobRunningBusy) { _, device in
            let outcome = await device.setPower(.doOn)
            let isBusy = outcome.status == INGOT_E_BUSY && (outcome.record.error?.retryAfterMilliseconds ?? 0) > 0
            return isBusy ? nil : "status \(outcome.status) for a job that will end"
        },
        Row(quirk: .onAfterOffConflict, power: .on) { _, device in
            if let wrong = wrong(await device.setPower(.doOff)) { return wrong }
            return wrong(await device.setPower(.doOn))
        },
        Row(quirk: .resetValuesUnlisted, isDocumentary: true, trial: power),
        Row(quirk: .bootLockedInPOST, timing: ChassisTiming(on: .zero, off: .zero, post: .seconds(3))) { bmc, device in
            if let wrong = wrong(await device.setPower(.doOn)) { return wrong }
            return try await boot(bmc, device)
        },
        Row(quirk: .noBootMode) { _, device in wrong(await device.setBoot(.pxe, .uefi)) },
        Row(quirk: .bootEnabledAlways) { bmc, device in
            if let wrong = try await boot(bmc, device) { return wrong }
            if let wrong = wrong(await device.setBoot(.cd)) { return wrong }
            return bmc.machine.bootOverride.target == .cd ? nil : "the machine has another override"
        },
        Row(quirk: .bootModeResend) { bmc, device in
            if let wrong = try await boot(bmc, device) { return wrong }
            return bmc.machine.bootOverride.mode == .legacy ? "the machine would boot in legacy mode" : nil
        },
        Row(quirk: .bootAllAlways, trial: boot),
        Row(quirk: .bootOnceOnly) { _, device in
            let capabilities = await device.probe().json("capabilities").first
            guard (capabilities?["boot"] as? [String: Any])?["persistent"] as? String == "no" else {
                return "persistent is offered"
            }
            let outcome = await device.setBoot(.disk, .persistent)
            let sent = outcome.requests.contains { $0.hasPrefix("PATCH") }
            return outcome.status == INGOT_E_UNSUPPORTED && !sent ? nil : "it was sent"
        }.documentary,
        Row(quirk: .mediaUSBCD, trial: media),
        Row(quirk: .mediaImageOnly, trial: media),
        Row(quirk: .mediaByPatch, trial: media),
        Row(quirk: .mediaSkipInactionable, trial: media),
        Row(quirk: .ejectNeedsBody, trial: media),
        Row(quirk: .taskMonitorSuffix) { _, device in
            let begun = await device.begin(INGOT_FIRMWARE, #"{"url":"http://192.0.2.1/bmc-2.1.bin"}"#)
            if let wrong = wrong(begun) { return wrong }
            for _ in 0..<400 {
                let outcome = await device.poll(INGOT_FIRMWARE, begun.texts("token").last ?? "")
                if let wrong = wrong(outcome) { return wrong }
                if outcome.number == 1 { return nil }
                try await Task.sleep(for: .milliseconds(50))
            }
            return "it does not end"
        },
    ]

    @Test func everyQuirkHasARowAndABehaviour() {
        #expect(Set(Self.rows.map(\.quirk)) == Set(Quirk.allCases))
        #expect(Set(Quirk.allCases.map(\.rawValue)) == Set(RedfishBehaviour.allCases.map(\.rawValue)))
    }

    @Test(arguments: rows)
    func worksWithTheQuirk(row: Row) async throws {
        let wrong = try await Self.attempt(row, quirks: [row.quirk.rawValue])
        #expect(wrong == nil)
    }

    @Test(arguments: rows)
    func failsOrLiesWithoutTheQuirk(row: Row) async throws {
        let wrong = try await Self.attempt(row, quirks: [])
        #expect((wrong == nil) == row.isDocumentary, "\(wrong ?? "it works")")
    }

    private static func attempt(_ row: Row, quirks: [String]) async throws -> String? {
        let behaviour = try #require(RedfishBehaviour(rawValue: row.quirk.rawValue))
        let bmc = try await SimulatedBMC(behaviours: [behaviour], power: row.power, timing: row.timing) {
            $0.options.taskTime = .seconds(2)
            $0.options.conflictTime = .seconds(3)
        }
        let device = try bmc.open(quirks: quirks)
        let wrong = try await row.trial(bmc, device)
        device.close()
        await bmc.stop()
        return wrong
    }
}

extension QuirkTests.Row {
    var documentary: Self {
        var row = self
        row.isDocumentary = true
        return row
    }
}
