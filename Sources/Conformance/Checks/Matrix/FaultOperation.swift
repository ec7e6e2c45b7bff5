// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import Host
internal import PluginAPI

/// One way to call a driver.
enum FaultOperation: Sendable, Hashable, CustomStringConvertible {
    case open
    case probe
    case power
    case setPower(Int32)
    /// An order to boot from the network, and on: firmware is told on its serial line what to load.
    case startOrder
    case boot
    case setBoot(Int32, UInt32)
    case read(Device.Reader)
    case clearEvents
    case console
    case begin(Device.Job)

    /// Those a driver offers for a device.
    static func all(
        of subject: Subject, _ capabilities: Capabilities?, _ features: Set<TargetFeature>
    ) -> [FaultOperation] {
        func offers(_ id: String) -> Bool {
            subject.offers(id) && capabilities?.answer(Interface.name(id)) != "no"
        }
        var all: [FaultOperation] = [.open]
        if subject.tables.driver.probe != nil { all.append(.probe) }
        if offers(Interface.power) {
            all.append(.power)
            all += (INGOT_DO_ON...INGOT_DO_NMI).filter { action in
                subject.tables.power.actions & (1 << UInt32(action)) != 0
                    && capabilities?.says(Words.action(action)) != false
            }.map(FaultOperation.setPower)
        }
        if offers(Interface.boot) {
            if features.contains(.firmware), offers(Interface.power) { all.append(.startOrder) }
            all += [.boot, .setBoot(INGOT_BOOT_PXE, UInt32(INGOT_BOOT_UEFI))]
            if capabilities?.persistent == "yes" {
                all.append(.setBoot(INGOT_BOOT_DISK, UInt32(INGOT_BOOT_UEFI | INGOT_BOOT_PERSISTENT)))
            }
        }
        for reader in Device.Reader.allCases where offers("ingot.\(reader.rawValue)/1") { all.append(.read(reader)) }
        if offers(Interface.eventLog), subject.tables.eventLog.clear != nil { all.append(.clearEvents) }
        if offers(Interface.console) { all.append(.console) }
        for job in Device.Job.allCases where offers("ingot.\(job.rawValue)/1") { all.append(.begin(job)) }
        return all
    }

    var description: String {
        switch self {
        case .open: "driver.open"
        case .probe: "driver.probe"
        case .power: "power.get"
        case .startOrder: "boot.set pxe, power.set on"
        case .setPower(let action): "power.set \(Words.action(action))"
        case .boot: "boot.get"
        case .setBoot(let target, let flags): "boot.set \(Words.target(target)) \(Words.bootFlags(flags))"
        case .read(let reader): "\(reader.rawValue).read"
        case .clearEvents: "eventlog.clear"
        case .console: "console.open"
        case .begin(let job): "\(job.rawValue).begin"
        }
    }

    /// The machine on which it is tried.
    var chassis: Chassis {
        switch self {
        case .setPower(INGOT_DO_ON), .startOrder: return Chassis(power: .off)
        case .boot:
            var chassis = Chassis.running()
            chassis.setBoot(BootOverride(.disk, persistent: true, mode: .uefi), at: .zero)
            return chassis
        default: return .running()
        }
    }
}
