// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Synchronization
import Testing

/// Time that passes when it is told to.
final class ManualClock: Sendable {
    private let time = Mutex(Duration.zero)
    var now: Duration { time.withLock { $0 } }
    func pass(_ duration: Duration) { time.withLock { $0 += duration } }
}

/// What each fault of the machine does, on a clock that only the test moves.
struct FaultyChassisTests {
    private let clock = ManualClock()

    private func machine(_ faults: String..., power: PowerState = .off) throws -> FaultyChassis {
        let clock = clock
        let shared = SharedChassis(Chassis(power: power)) { clock.now }
        return FaultyChassis(shared, faults: FaultInjector(try faults.map(Fault.init)), epoch: 1_000_000)
    }

    @Test func withoutAFaultItIsTheMachine() throws {
        let machine = try machine()
        #expect(machine.perform(.on) == .done)
        clock.pass(.seconds(1))
        #expect(machine.power == .on)
        machine.setBoot(BootOverride(.pxe))
        #expect(machine.boot == BootOverride(.pxe))
        #expect(machine.perform(.reset) == .done)
        clock.pass(.seconds(1))
        #expect(machine.boot == .none)
        #expect(machine.chassis.snapshot.boots.last?.target == .pxe)
        #expect(machine.sensors.contains { $0.value != nil })
        #expect(machine.seconds == 1_000_002)
    }

    @Test func aStuckSequencerAcknowledgesAndDoesNothing() throws {
        let on = try machine("power-stuck-on", power: .on)
        for action in [PowerAction.off, .softOff, .cycle] { #expect(on.perform(action) == .done) }
        clock.pass(.seconds(10))
        #expect(on.power == .on)
        #expect(on.chassis.snapshot.counts.powerOffs == 0 && on.chassis.snapshot.counts.softOffs == 0)
        let off = try machine("power-stuck-off")
        #expect(off.perform(.on) == .done)
        clock.pass(.seconds(10))
        #expect(off.power == .off)
    }

    @Test func aSlowOneTakesItsTime() throws {
        let machine = try machine("power-slow:10")
        #expect(machine.perform(.on) == .done)
        clock.pass(.seconds(9))
        #expect(machine.power == .turningOn)
        clock.pass(.seconds(1))
        #expect(machine.power == .on)
        #expect(machine.chassis.snapshot.timing == ChassisTiming())
    }

    @Test func theStateReadIsOld() throws {
        let machine = try machine("power-stale:5")
        #expect(machine.perform(.on) == .done)
        clock.pass(.seconds(4))
        #expect(machine.power == .off)
        #expect(machine.chassis.snapshot.power == .on)
        clock.pass(.seconds(1))
        #expect(machine.power == .on)
    }

    @Test func anOverrideIsIgnored() throws {
        let honest = try machine("boot-ignored")
        honest.setBoot(BootOverride(.pxe))
        #expect(honest.boot == .none)
        let lying = try machine("boot-ignored:shown=1", power: .on)
        lying.setBoot(BootOverride(.cd))
        #expect(lying.boot == BootOverride(.cd))
        #expect(lying.perform(.reset) == .done)
        clock.pass(.seconds(1))
        #expect(lying.chassis.snapshot.boots.last?.byOverride == false)
    }

    @Test func onceAndAlwaysAreMixedUp() throws {
        let sticky = try machine("boot-once-sticks")
        sticky.setBoot(BootOverride(.pxe))
        #expect(sticky.boot.persistent)
        let forgetful = try machine("boot-persistent-lost")
        forgetful.setBoot(BootOverride(.disk, persistent: true))
        #expect(!forgetful.boot.persistent)
    }

    @Test func theWrongDeviceIsReadBack() throws {
        let machine = try machine("boot-wrong-readback")
        machine.setBoot(BootOverride(.pxe))
        #expect(machine.boot.target == .disk)
        #expect(machine.chassis.snapshot.bootOverride.target == .pxe)
    }

    @Test func sensorsGoMissingAndTheClockJumps() throws {
        let machine = try machine("sensor-missing", "clock-jump:-86400", power: .on)
        #expect(machine.sensors.allSatisfy { $0.value == nil && !$0.isReadable })
        #expect(machine.seconds == 1_000_000 - 86_400)
        machine.setClock(2_000_000)
        #expect(machine.seconds == 2_000_000 - 86_400)
    }

    @Test func withoutPowerSomeSensorsDoNotRead() throws {
        let off = try machine()
        #expect(off.sensors.contains { $0.needsPower })
        #expect(off.sensors.allSatisfy { !$0.needsPower || $0.value == nil && !$0.isReadable })
    }
}
