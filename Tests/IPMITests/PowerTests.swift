// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import PluginAPI
import PluginTesting
import Testing

@Suite struct PowerTests {
    @Test func theStateIsTheOneIpmitoolSees() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        #expect(await driver.powerState().number == .powerOff)
        #expect(try await bmc.power == "off")
        _ = try await bmc.ipmitool("power", "on")
        #expect(await driver.powerState().number == .powerOn)
    }

    @Test func onAndOffAndNothingTwice() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        let on = await driver.setPower(.doOn)
        #expect(on.status == INGOT_OK)
        #expect(on.changes == [[0x00, 0x02, 0x01]])
        #expect(on.record.wire.map(\.received) == (0..<on.record.wire.count).map { $0 % 2 == 1 })
        #expect(on.record.wire.contains { $0.received && $0.bytes == [0x04, 0x02, 0x00] })
        #expect(try await bmc.power == "on")
        let again = await driver.setPower(.doOn)
        #expect(again.status == INGOT_OK)
        #expect(again.changes.isEmpty)
        #expect(bmc.sets == ["set power 1"])
        #expect(await driver.setPower(.doOff).status == INGOT_OK)
        #expect(try await bmc.power == "off")
        #expect(await driver.setPower(.doOff).status == INGOT_OK)
        #expect(await driver.setPower(.doSoftOff).status == INGOT_OK)
        #expect(bmc.sets == ["set power 1", "set power 0"])
    }

    @Test func softOffResetAndCycle() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        _ = try await bmc.ipmitool("power", "on")
        #expect(await driver.setPower(.doReset).status == INGOT_OK)
        #expect(try await bmc.power == "on")
        let cycle = await driver.setPower(.doCycle)
        #expect(cycle.status == INGOT_OK)
        #expect(cycle.elapsed > .seconds(0.9), "the off phase was not waited for")
        #expect(try await bmc.power == "on")
        #expect(await driver.setPower(.doSoftOff).status == INGOT_OK)
        #expect(try await bmc.power == "off")
        #expect(bmc.sets == ["set power 1", "set reset 1", "set power 0", "set power 1", "set shutdown 1"])
    }

    @Test(arguments: [Int32.doCycle, .doReset, .doNMI])
    func cycleAndResetNeedAMachineThatIsOn(action: Int32) async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc).setPower(action)
        #expect(outcome.status == INGOT_E_STATE)
        #expect(outcome.changes.isEmpty)
        #expect(outcome.record.error?.isMaybeApplied == false)
        #expect(bmc.sets.isEmpty)
    }

    @Test(arguments: [Int32(0), 7, -1, 1000])
    func otherActionsAreUnsupported(action: Int32) async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        #expect(try await DriverUnderTest(bmc).setPower(action).status == INGOT_E_UNSUPPORTED)
        #expect(bmc.sets.isEmpty)
    }

    @Test func aMachineThatGoesOffSlowlyIsWaitedFor() async throws {
        let bmc = try SimulatedBMC(
            script: """
                if [ "$operation $1" = "set shutdown" ]; then
                    echo "set $*" >> bmc.log; (sleep 1.5; echo 0 > power) > /dev/null 2>&1 & exit 0
                fi
                """)
        defer { bmc.stop() }
        _ = try await bmc.ipmitool("power", "on")
        let outcome = try await DriverUnderTest(bmc).setPower(.doSoftOff)
        #expect(outcome.status == INGOT_OK)
        #expect(outcome.elapsed > .seconds(1))
        #expect(try await bmc.power == "off")
    }

    @Test func aMachineThatNeverGoesOffIsATimeoutThatMayHaveWorked() async throws {
        let bmc = try SimulatedBMC(
            script: #"if [ "$operation $1" = "set shutdown" ]; then echo "set $*" >> bmc.log; exit 0; fi"#)
        defer { bmc.stop() }
        _ = try await bmc.ipmitool("power", "on")
        let driver = try DriverUnderTest(bmc)
        let outcome = await driver.setPower(.doSoftOff, driver.call(.seconds(2)))
        #expect(outcome.status == INGOT_E_TIMEOUT)
        #expect(outcome.record.error?.isMaybeApplied == true)
        #expect(outcome.record.error?.message.contains("the machine is still on") == true)
        #expect(outcome.elapsed < .seconds(3))
        #expect(bmc.sets == ["set power 1", "set shutdown 1"])
    }

    @Test func aBMCThatRefusesIsToldApartFromOneThatIsSilent() async throws {
        let bmc = try SimulatedBMC(script: #"if [ "$operation" = set ]; then exit 1; fi"#)
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc).setPower(.doOn)
        #expect(outcome.status == INGOT_E_PROTOCOL)
        #expect(outcome.record.error?.vendorCode == 0xff)
        #expect(outcome.record.error?.isMaybeApplied == false)
    }

    @Test func aLostAnswerNeverResetsTwice() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        _ = try await bmc.ipmitool("power", "on")
        let path = try LossyPath(to: bmc) { _ in bmc.sets.count > 1 }
        defer { path.stop() }
        let driver = try DriverUnderTest(bmc, port: path.port)
        let outcome = await driver.setPower(.doReset, driver.call(.seconds(6)))
        #expect(outcome.status == INGOT_E_TIMEOUT)
        #expect(outcome.record.error?.isMaybeApplied == true)
        #expect(outcome.elapsed < .seconds(7))
        #expect(bmc.sets == ["set power 1", "set reset 1"])
        #expect(path.lostAnswers > 0)
    }

    @Test func aLostAnswerToOnIsReadBack() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let begin = ContinuousClock.now
        let path = try LossyPath(to: bmc) { _ in bmc.sets.count > 0 && ContinuousClock.now - begin < .seconds(3) }
        defer { path.stop() }
        let driver = try DriverUnderTest(bmc, port: path.port)
        let outcome = await driver.setPower(.doOn, driver.call(.seconds(15)))
        #expect(outcome.status == INGOT_OK)
        #expect(path.lostAnswers > 0)
        #expect(Set(bmc.sets) == ["set power 1"])
    }

    @Test func cancellingAWaitEndsItSoon() async throws {
        let bmc = try SimulatedBMC(
            script: #"if [ "$operation $1" = "set shutdown" ]; then echo "set $*" >> bmc.log; exit 0; fi"#)
        defer { bmc.stop() }
        _ = try await bmc.ipmitool("power", "on")
        let driver = try DriverUnderTest(bmc)
        let call = driver.call(.seconds(30))
        async let pending = driver.setPower(.doSoftOff, call)
        async let cancelled = driver.cancel(call) { bmc.sets.count == 2 }
        let outcome = await pending
        #expect(await outcome.finished - cancelled < .milliseconds(500))
        #expect(outcome.status == INGOT_E_CANCELLED)
        #expect(outcome.record.error?.isMaybeApplied == true)
    }
}
