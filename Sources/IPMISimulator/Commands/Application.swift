// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// The watchdog timer (IPMI 2.0 section 27).
struct Watchdog {
    var use: UInt8 = 0
    var actions: UInt8 = 0
    var pretimeout: UInt8 = 0
    var expired: UInt8 = 0
    /// In tenths of a second; nil before it was set.
    var initial: UInt16?
    var expiresAt: Duration?
}

extension CommandTable {
    /// Global commands of the application network function (IPMI 2.0 section 20) and the watchdog (section 27).
    static let application: [UInt8: Command] = [
        0x01: Command(.user) { bmc, _, _ in bmc.deviceID },
        0x02: Command(.administrator, changes: true) { bmc, _, _ in
            bmc.stallHost()
            bmc.afterAnswer = .restart(bmc.configuration.resetTime)
            return []
        },
        0x03: Command(.administrator, changes: true) { bmc, _, _ in
            bmc.afterAnswer = .restart(bmc.configuration.resetTime / 2)
            return []
        },
        // Get Self Test Results: no error.
        0x04: Command(.user) { _, _, _ in [0x55, 0x00] },
        // Get ACPI Power State: S0/G0 working or S4/S5 soft-off, device D0.
        0x07: Command(.user) { bmc, _, _ in [bmc.chassis.power.hasPower ? 0x00 : 0x06, 0x00] },
        0x08: Command(.user) { bmc, _, _ in bmc.guid },
        0x22: Command(.operator) { bmc, _, context throws(CompletionCode) in
            guard let initial = bmc.watchdog.initial else { throw .specific(0x80) }
            bmc.watchdog.expiresAt = context.now + .milliseconds(100 * Int64(initial))
            return []
        },
        0x24: Command(.operator, changes: true) { bmc, data, context throws(CompletionCode) in
            let use = try data.byte()
            let actions = try data.byte()
            let pretimeout = try data.byte()
            let clear = try data.byte()
            let initial = try data.word()
            let isRunning = bmc.watchdog.expiresAt != nil && use & 0x40 != 0
            bmc.watchdog = Watchdog(
                use: use & 0x87, actions: actions & 0x77, pretimeout: pretimeout,
                expired: bmc.watchdog.expired & ~clear, initial: initial,
                expiresAt: isRunning ? context.now + .milliseconds(100 * Int64(initial)) : nil)
            return []
        },
        0x25: Command(.user) { bmc, _, context in
            let watchdog = bmc.watchdog
            let left = watchdog.expiresAt.map { max(.zero, $0 - context.now) / .milliseconds(100) }
            let running: UInt8 = watchdog.expiresAt == nil ? 0 : 0x40
            let initial = watchdog.initial ?? 0
            return [watchdog.use | running, watchdog.actions, watchdog.pretimeout, watchdog.expired] + initial.wire
                + (left.map { UInt16(clamping: Int($0)) } ?? initial).wire
        },
        // Get BMC Global Enables: event log on.
        0x2F: Command(.user) { _, _, _ in [0x08] },
        0x37: Command(nil) { bmc, _, _ in bmc.guid },
    ]
}

extension BMCCore {
    /// Get Device ID (section 20.1).
    fileprivate var deviceID: [UInt8] {
        let identity = chassis.chassis.snapshot.identity
        let parts = identity.bmcFirmware.split { !$0.isASCII || !$0.isNumber }.map { Int($0) ?? 0 }
        let minor = parts.count > 1 ? min(parts[1], 99) : 0
        let bcd = UInt8(minor / 10 << 4 | minor % 10)
        let answer =
            [0x20, 0x01, UInt8(min(parts.first ?? 0, 127)), bcd, 0x02, 0x8F] + identity.manufacturerID.wire.prefix(3)
            + identity.productID.wire
        return has(.shortDeviceID) ? answer : answer + [0, 0, 0, 0]
    }

    /// Lets the watchdog bite.
    mutating func runWatchdog(at now: Duration) {
        guard let expiry = watchdog.expiresAt, expiry <= now else { return }
        watchdog.expiresAt = nil
        watchdog.expired |= 1 << (watchdog.use & 0x07)
        switch watchdog.actions & 0x07 {
        case 1: power(.reset, cause: 0x04)
        case 2: power(.off, cause: 0x04)
        case 3: power(.cycle, cause: 0x04)
        default: break
        }
    }

    private mutating func power(_ action: PowerAction, cause: UInt8) {
        if chassis.perform(action) == .done { restartCause = cause }
    }
}
