// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@Suite struct ChassisTests {
    private let second = Duration.seconds(1)

    @Test func onAndOffTakeTheirTimeAndCountOnce() {
        var chassis = Chassis(timing: ChassisTiming(on: .seconds(2), off: .seconds(3), post: .seconds(5)))
        #expect(chassis.perform(.on, at: second) == .done)
        #expect(chassis.power == .turningOn)
        #expect(chassis.perform(.on, at: second * 2) == .already)
        chassis.advance(to: second * 3)
        #expect(chassis.power == .on && chassis.counts.powerOns == 1 && !chassis.isBooted)
        chassis.advance(to: second * 8)
        #expect(chassis.isBooted && chassis.boots.map(\.target) == [.pxe])
        #expect(chassis.perform(.off, at: second * 9) == .done)
        #expect(chassis.power == .turningOff)
        chassis.advance(to: second * 12)
        #expect(chassis.power == .off && chassis.counts.powerOffs == 1)
        #expect(chassis.perform(.off, at: second * 13) == .already)
        #expect(chassis.perform(.reset, at: second * 13) == .wrongState)
    }

    @Test func anOverrideForOneBootIsUsedUpByIt() {
        var chassis = Chassis(bootOrder: [.disk, .pxe])
        chassis.setBoot(BootOverride(.pxe, mode: .legacy), at: .zero)
        _ = chassis.perform(.on, at: .zero)
        chassis.advance(to: second)
        _ = chassis.perform(.reset, at: second)
        chassis.advance(to: second * 2)
        #expect(chassis.boots.map(\.target) == [.pxe, .disk])
        #expect(chassis.boots.map(\.mode) == [.legacy, .uefi])
        #expect(chassis.boots.map(\.byOverride) == [true, false])
        #expect(chassis.bootOverride == .none)
    }

    @Test func aPersistentOverrideStays() {
        var chassis = Chassis(bootOrder: [.pxe])
        chassis.setBoot(BootOverride(.disk, persistent: true), at: .zero)
        _ = chassis.perform(.on, at: .zero)
        chassis.advance(to: second)
        _ = chassis.perform(.reset, at: second)
        chassis.advance(to: second * 2)
        #expect(chassis.boots.map(\.target) == [.disk, .disk])
    }

    @Test func anUnusedOverrideLapses() {
        var chassis = Chassis()
        chassis.setBoot(BootOverride(.pxe), lapsesAfter: .seconds(60), at: .zero)
        chassis.advance(to: .seconds(59))
        #expect(chassis.bootOverride.target == .pxe)
        chassis.advance(to: .seconds(60))
        #expect(chassis.bootOverride == .none)
    }

    @Test func aBootUnderWayKeepsTheOverride() {
        var chassis = Chassis(timing: ChassisTiming(on: .seconds(1), post: .seconds(90)), bootOrder: [.disk])
        chassis.setBoot(BootOverride(.pxe), lapsesAfter: .seconds(60), at: .zero)
        _ = chassis.perform(.on, at: .seconds(30))
        chassis.advance(to: .seconds(200))
        #expect(chassis.boots.map(\.target) == [.pxe])
    }

    @Test func softOffNeedsAnOperatingSystem() {
        var chassis = Chassis(timing: ChassisTiming(on: .zero, post: .seconds(10), softOff: .seconds(2)))
        _ = chassis.perform(.on, at: .zero)
        #expect(chassis.perform(.softOff, at: .seconds(1)) == .done)
        chassis.advance(to: .seconds(5))
        #expect(chassis.power == .on)
        #expect(chassis.perform(.softOff, at: .seconds(11)) == .done)
        chassis.advance(to: .seconds(14))
        #expect(chassis.power == .off)
    }

    @Test func aCycleGoesOffAndComesBack() {
        var chassis = Chassis(power: .on)
        #expect(chassis.perform(.cycle, at: .zero) == .done)
        chassis.advance(to: second)
        #expect(chassis.power == .on)
        #expect(chassis.counts.powerOffs == 1 && chassis.counts.powerOns == 1)
    }

    /// Whatever is asked, in whatever order, nothing traps and time going on leaves no change pending for ever.
    @Test(arguments: 0..<50) func anyOrderOfOrders(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var chassis = Chassis()
        var now = Duration.zero
        for _ in 0..<200 {
            now += .milliseconds(Int64.random(in: 0...400, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: chassis.setBoot(BootOverride(.pxe), lapsesAfter: .seconds(1), at: now)
            case 1: chassis.losePower(at: now)
            case 2: _ = chassis.takeBootOverride(at: now)
            default:
                if let action = PowerAction.allCases.randomElement(using: &random) {
                    _ = chassis.perform(action, at: now)
                }
            }
        }
        chassis.advance(to: now + .seconds(60))
        #expect(chassis.power == .on || chassis.power == .off)
        #expect(chassis.nextChange == nil)
        #expect(abs(chassis.counts.powerOns - chassis.counts.powerOffs) <= 1)
    }

    @Test func aFullLogDropsItsOldest() {
        var log = EventLog(capacity: 3)
        for number in 1...5 { log.add("event \(number)", seconds: Int64(number)) }
        #expect(log.records.map(\.number) == [3, 4, 5] && log.dropped == 2)
        log.clear(seconds: 9)
        #expect(log.records.isEmpty && log.lastNumber == 0 && log.lastClear == 9)
    }
}

/// A machine that stands still.
struct StallTests {
    @Test func onlyAResetOrNoPowerHelps() {
        var machine = Chassis(power: .off)
        machine.stall(at: .zero)
        #expect(!machine.isStalled)
        for action in [PowerAction.reset, .cycle, .off] {
            machine = Chassis(power: .on)
            machine.stall(at: .seconds(1))
            #expect(machine.isStalled && !machine.isBooted && machine.power == .on)
            #expect(machine.perform(.softOff, at: .seconds(2)) == .done)
            machine.advance(to: .seconds(10))
            #expect(machine.power == .on && machine.isStalled)
            #expect(machine.perform(action, at: .seconds(10)) == .done)
            machine.advance(to: .seconds(20))
            #expect(!machine.isStalled && machine.isBooted == (action != .off))
        }
    }
}
