// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// System boot options, parameters 0 to 7 (IPMI 2.0 table 28-14).
struct BootOptions {
    /// 0 complete, 1 in progress.
    var setInProgress: UInt8 = 0
    var servicePartition: UInt8 = 0
    var serviceScan: UInt8 = 0
    /// What does not clear the valid bit; bit 3: no chassis control command within 60 seconds.
    var clearing: UInt8 = 0
    var acknowledge: UInt8 = 0
    /// As they were written last.
    var flags: [UInt8] = [0, 0, 0, 0, 0]
    var initiator: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0]
    /// Blocks of 16 bytes.
    var mailbox: [[UInt8]] = []
    /// Parameters that are marked invalid or locked.
    var locked: Set<UInt8> = []

    static let mailboxBlocks = 5
    /// After this time without a chassis control command an override lapses.
    static let lapse = Duration.seconds(60)
}

extension BMCCore {
    /// Set System Boot Options.
    mutating func setBootOption(_ data: inout RequestData) throws(CompletionCode) -> [UInt8] {
        let first = try data.byte()
        let parameter = first & 0x7F
        guard parameter <= 7 else { throw .specific(0x80) }
        if parameter == 3, has(.bootNoTimeoutParameter) || faults.strikes("boot-lapse-locked") != nil {
            throw .invalidField
        }
        // Without data only the lock changes.
        if data.remaining > 0 { try setBootOption(parameter, &data) }
        if first & 0x80 == 0 { boot.locked.remove(parameter) } else { boot.locked.insert(parameter) }
        return []
    }

    private mutating func setBootOption(
        _ parameter: UInt8, _ data: inout RequestData
    ) throws(CompletionCode) {
        switch parameter {
        case 0:
            let state = try data.byte() & 0x03
            guard state != 1 || boot.setInProgress != 1 else { throw .specific(0x81) }
            // Every change holds at once, so that "commit write" ends as "complete" does.
            boot.setInProgress = state == 1 ? 1 : 0
        case 1: boot.servicePartition = try data.byte()
        case 2: boot.serviceScan = try data.byte() & 0x03
        case 3: boot.clearing = try data.byte() & 0x1F
        case 4:
            let mask = try data.byte()
            let value = try data.byte()
            boot.acknowledge = boot.acknowledge & ~mask | value & mask
        case 5: try setBootFlags(try data.bytes(5))
        case 6: boot.initiator = try data.bytes(9)
        default:
            let block = Int(try data.byte())
            guard block < BootOptions.mailboxBlocks else { throw .parameterOutOfRange }
            guard data.remaining <= 16 else { throw .dataLength }
            while boot.mailbox.count <= block { boot.mailbox.append([]) }
            boot.mailbox[block] = data.rest().padded(to: 16)
        }
    }

    /// Get System Boot Options.
    func bootOption(_ parameter: UInt8, set: UInt8) throws(CompletionCode) -> [UInt8] {
        let head = [0x01, parameter | (boot.locked.contains(parameter) ? 0x80 : 0)]
        switch parameter {
        case 0: return head + [boot.setInProgress]
        case 1: return head + [boot.servicePartition]
        case 2: return head + [boot.serviceScan]
        case 3: return head + [boot.clearing]
        case 4: return head + [0x00, boot.acknowledge]
        case 5: return head + bootFlags
        case 6: return head + boot.initiator
        case 7:
            guard Int(set) < BootOptions.mailboxBlocks else { throw .parameterOutOfRange }
            return head + [set]
                + (Int(set) < boot.mailbox.count ? boot.mailbox[Int(set)] : [UInt8](repeating: 0, count: 16))
        default: throw .specific(0x80)
        }
    }

    // MARK: Boot flags

    private mutating func setBootFlags(_ flags: [UInt8]) throws(CompletionCode) {
        guard let target = Self.targets[flags[1] >> 2 & 0x0F] else { throw .invalidField }
        boot.flags = flags
        guard flags[0] & 0x80 != 0 else { return chassis.setBoot(.none) }
        let isUEFI = flags[0] & 0x20 != 0
        if has(.bootSelectorOnly) {
            boot.flags = [0x80, flags[1] & 0x3C, 0, 0, 0]
            return chassis.setBoot(BootOverride(target))
        }
        // This firmware knows its disk by another number.
        let isWrongDisk = has(.bootUEFIDisk24) && isUEFI && flags[1] >> 2 & 0x0F == 0x02
        let isPersistent = flags[0] & 0x40 != 0
        chassis.setBoot(
            isWrongDisk ? .none : BootOverride(target, persistent: isPersistent, mode: isUEFI ? .uefi : .legacy),
            lapsesAfter: boot.clearing & 0x08 != 0 || isPersistent ? nil : BootOptions.lapse)
    }

    /// The flags as they read: what the machine has kept, with the bits it knows nothing of as they were written.
    private var bootFlags: [UInt8] {
        let kept = chassis.boot
        var flags = boot.flags
        let written = Self.targets[flags[1] >> 2 & 0x0F] ?? .none
        if has(.bootSelectorOnly) { return [0, (Self.selectors[kept.target] ?? 0) << 2, 0, 0, 0] }
        if has(.bootUEFIDisk24), flags[0] & 0xA0 == 0xA0, written == .disk { return flags }
        guard kept.target != .none || kept.mode != nil else {
            // No override is kept: one that was is no longer valid.
            if written != .none { flags[0] &= 0x7F }
            return flags
        }
        if written != kept.target { flags[1] = flags[1] & 0xC3 | (Self.selectors[kept.target] ?? 0) << 2 }
        let isUEFI = (kept.mode ?? chassis.chassis.snapshot.hardware.firmwareMode) == .uefi
        flags[0] = 0x80 | (kept.persistent ? 0x40 : 0) | (isUEFI ? 0x20 : 0) | flags[0] & 0x1F
        return flags
    }

    /// The boot device selectors of table 28-14, parameter 5.
    private static let targets: [UInt8: BootTarget] = [
        0x0: .none, 0x1: .pxe, 0x2: .disk, 0x3: .safe, 0x4: .diagnostic, 0x5: .cd, 0x6: .setup, 0x7: .floppy,
        0x8: .cd, 0x9: .disk, 0xB: .disk, 0xF: .usb,
    ]

    private static let selectors: [BootTarget: UInt8] = [
        .pxe: 0x1, .http: 0x1, .disk: 0x2, .safe: 0x3, .diagnostic: 0x4, .cd: 0x5, .setup: 0x6, .usb: 0xF,
        .floppy: 0xF,
    ]
}
