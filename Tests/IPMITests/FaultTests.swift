// SPDX-License-Identifier: GPL-3.0-or-later
import BMCModel
import Foundation
import Glibc
import IPMISimulator
import PluginAPI
import PluginTesting
import Testing

/// What the driver makes of single faults.
@Suite struct FaultTests {
    @Test func aWrongPasswordIsTriedOnce() async throws {
        try await withBMC { bmc in
            let driver = try bmc.driver(password: "canary-wrong")
            #expect(await driver.powerState().status == INGOT_E_AUTH)
            #expect(bmc.server.statistics.loginsTried == 1)
            #expect(await driver.openConsole().status == INGOT_E_AUTH)
        }
    }

    @Test func fullSessionsAreBusyAndNothingLeaks() async throws {
        try await withBMC(sessionLimit: 2) { bmc in
            let holders = [try bmc.driver(), try bmc.driver()]
            for holder in holders { #expect(await holder.powerState().status == INGOT_OK) }
            let refused = await (try bmc.driver()).powerState()
            #expect(refused.status == INGOT_E_BUSY)
            #expect((refused.record.error?.retryAfterMilliseconds ?? 0) > 0)
            #expect(bmc.server.statistics.sessionsOpen == 2)
        }
    }

    @Test func aLowPrivilegeIsForbidden() async throws {
        try await withBMC(faults: ["low-privilege"]) { bmc in
            let driver = try bmc.driver()
            #expect(await driver.powerState().status == INGOT_OK)
            let outcome = await driver.setPower(.doOn)
            #expect(outcome.status == INGOT_E_FORBIDDEN)
            #expect(outcome.record.error?.isMaybeApplied == false)
            #expect(bmc.chassis.snapshot.power == .off)
        }
    }

    @Test(arguments: [
        "duplicate:0.5", "reorder:0.3", "loss:0.2", "wrong-sequence:0.3", "wrong-checksum:0.3", "wrong-auth-code:0.3",
        "wrong-session-id:0.3", "sdr-changing",
    ])
    func aPoorPathIsOvercome(fault: String) async throws {
        try await withBMC(power: .on, faults: [fault]) { bmc in
            let driver = try bmc.driver()
            for _ in 0..<3 { #expect(await driver.powerState().number == .powerOn) }
            let sensors = await driver.sensors(driver.call(.seconds(40)))
            #expect(sensors.status == INGOT_OK, "\(sensors.record.error?.message ?? "")")
            #expect(sensors.json("sensor").count == Sensor.ordinary.count)
            #expect(await driver.setPower(.doOff).status == INGOT_OK)
            #expect(bmc.chassis.snapshot.counts.powerOffs == 1)
        }
    }

    @Test func aLatencyOfTwoSecondsIsWaitedFor() async throws {
        try await withBMC(power: .on, faults: ["latency:seconds=2,jitter=0.5"]) { bmc in
            let driver = try bmc.driver()
            let outcome = await driver.powerState(driver.call(.seconds(40)))
            #expect(outcome.status == INGOT_OK, "\(outcome.record.error?.message ?? "")")
            let again = await driver.powerState(driver.call(.seconds(10)))
            #expect(again.status == INGOT_OK)
        }
    }

    @Test func aSessionThatExpiresMeanwhileIsOpenedAgain() async throws {
        try await withBMC(power: .on, faults: ["session-expiry:seconds=3"]) { bmc in
            let driver = try bmc.driver()
            for _ in 0..<2 {
                #expect(await driver.powerState().status == INGOT_OK)
                try await Task.sleep(for: .milliseconds(3300))
            }
            #expect(await driver.setPower(.doReset).status == INGOT_OK)
            #expect(bmc.chassis.snapshot.counts.resets == 1)
        }
    }

    @Test func aLostReplyToAResetIsMaybeAppliedAndHappensOnce() async throws {
        try await withBMC(power: .on, faults: ["reply-lost"]) { bmc in
            let driver = try bmc.driver()
            let outcome = await driver.setPower(.doReset, driver.call(.seconds(3)))
            #expect(outcome.status == INGOT_E_TIMEOUT)
            #expect(outcome.record.error?.isMaybeApplied == true)
            #expect(bmc.chassis.snapshot.counts.resets == 1)
        }
    }

    @Test func aBMCThatRestartsIsFoundAgain() async throws {
        try await withBMC(power: .on, faults: ["bmc-restart:after=12,seconds=1"]) { bmc in
            let driver = try bmc.driver()
            for _ in 0..<10 {
                let outcome = await driver.powerState(driver.call(.seconds(15)))
                #expect(outcome.status == INGOT_OK, "\(outcome.record.error?.message ?? "")")
            }
        }
    }

    @Test(arguments: ["firmware-update", "node-busy"]) func busyIsBusy(fault: String) async throws {
        try await withBMC(faults: [fault]) { bmc in
            let driver = try bmc.driver()
            let outcome = await driver.powerState()
            #expect(outcome.status == INGOT_E_BUSY)
            #expect(outcome.record.error?.isRetryable == true)
            #expect(await driver.setPower(.doOn).status == INGOT_E_BUSY)
        }
    }

    @Test func aMomentOfBusyIsWaitedFor() async throws {
        try await withBMC(faults: ["node-busy:rate=1,count=2"]) { bmc in
            let driver = try bmc.driver()
            #expect(await driver.powerState().status == INGOT_OK)
        }
    }

    @Test func totalLossIsATimeoutAtTheDeadline() async throws {
        try await withBMC { bmc in
            let driver = try bmc.driver()
            #expect(await driver.powerState().status == INGOT_OK)
            bmc.faults.set([try Fault("loss:1")])
            let outcome = await driver.powerState(driver.call(.seconds(4)))
            #expect(outcome.status == INGOT_E_TIMEOUT)
            #expect(outcome.elapsed > .seconds(3.5) && outcome.elapsed < .seconds(5))
            bmc.faults.set([])
            #expect(await driver.powerState().status == INGOT_OK)
        }
    }

    @Test(arguments: ["boot-wrong-readback"]) func aBootOverrideThatIsNotKeptIsFoundOut(fault: String) async throws {
        try await withBMC(faults: [fault]) { bmc in
            let outcome = await (try bmc.driver()).setBoot(Int32(INGOT_BOOT_PXE))
            #expect(outcome.status == INGOT_E_PROTOCOL)
            #expect(outcome.record.error?.isMaybeApplied == true)
        }
    }

    @Test func openingAndClosingLeavesNothingBehind() async throws {
        try await withBMC(power: .on) { bmc in
            for round in 0..<60 {
                let password = round % 7 == 6 ? "canary-wrong" : BuiltInBMC.password
                let driver = try bmc.driver(password: password)
                _ = await driver.powerState()
                if round % 10 == 0 {
                    let console = await driver.openConsole()
                    if console.status == INGOT_OK { close(console.number) }
                }
            }
            try await Task.sleep(for: .milliseconds(300))
            #expect(bmc.server.statistics.sessionsOpen == 0)
        }
    }

    @Test func aSessionIsUsedByManyCalls() async throws {
        try await withBMC(power: .on) { bmc in
            let driver = try bmc.driver()
            for _ in 0..<20 { #expect(await driver.powerState().status == INGOT_OK) }
            #expect(await driver.sensors().status == INGOT_OK)
            #expect(await driver.setPower(.doOff).status == INGOT_OK)
            #expect(bmc.server.statistics.sessionsOpened == 1)
        }
    }

    @Test func cancellingEndsSoonWhereverItIs() async throws {
        try await withBMC(power: .on, faults: ["latency:0.3"]) { bmc in
            let driver = try bmc.driver()
            for delay in [50, 400, 900, 1500, 2200] {
                let call = driver.call(.seconds(30))
                async let pending = driver.sensors(call)
                try await Task.sleep(for: .milliseconds(delay))
                let begin = ContinuousClock.now
                call.cancel()
                let outcome = await pending
                #expect(outcome.finished - begin < .seconds(1))
                #expect(outcome.status == INGOT_E_CANCELLED)
            }
        }
    }
}
