// SPDX-License-Identifier: Apache-2.0
import BMCModel

extension CommandTable {
    /// The chassis (IPMI 2.0 section 28).
    static let chassis: [UInt8: Command] = [
        0x00: Command(.user) { _, _, _ in [0x00, 0x20, 0x20, 0x20, 0x20, 0x20] },
        0x01: Command(.user) { bmc, _, _ in bmc.chassisStatus },
        0x02: Command(.operator, changes: true) { bmc, data, context throws(CompletionCode) in
            try bmc.control(try data.byte() & 0x0F)
            return []
        },
        // Chassis Identify: no byte is 15 seconds.
        0x04: Command(.operator, changes: true) { bmc, data, _ throws(CompletionCode) in
            let seconds = data.remaining > 0 ? try data.byte() : 15
            let isForced = data.remaining > 0 ? try data.byte() & 1 != 0 : false
            bmc.chassis.chassis.withChassis { chassis, now in
                chassis.identify(for: isForced ? nil : .seconds(Int64(seconds)), at: now)
            }
            return []
        },
        // Set Power Restore Policy: 3 changes nothing; all three are supported.
        0x06: Command(.operator, changes: true) { bmc, data, _ throws(CompletionCode) in
            let policy = try data.byte() & 0x07
            guard policy <= 3 else { throw .invalidField }
            if policy < 3 { bmc.restorePolicy = policy }
            return [0x07]
        },
        // Get System Restart Cause, over which channel.
        0x07: Command(.user) { bmc, _, _ in [bmc.restartCause, bmc.restartCause == 1 ? BMCCore.lanChannel : 0] },
        0x08: Command(.operator, changes: true) { bmc, data, context throws(CompletionCode) in
            try bmc.setBootOption(&data)
        },
        0x09: Command(.operator) { bmc, data, context throws(CompletionCode) in
            let parameter = try data.byte() & 0x7F
            let set = try data.byte()
            _ = try data.byte()
            return try bmc.bootOption(parameter, set: set)
        },
        // Get POH Counter, in steps of 60 minutes.
        0x0F: Command(.user) { bmc, _, context in
            [60] + UInt32(clamping: 1_000 + context.now.components.seconds / 3_600).wire
        },
    ]
}

extension BMCCore {
    /// Get Chassis Status (section 28.2).
    fileprivate var chassisStatus: [UInt8] {
        let isOn = chassis.power.hasPower
        let identify: UInt8 = chassis.chassis.snapshot.isIdentifying ? 0x50 : 0x40
        return [(isOn ? 0x01 : 0x00) | restorePolicy << 5, isOn && lastPowerOnByCommand ? 0x10 : 0x00, identify, 0x00]
    }

    /// Chassis Control (section 28.3).
    fileprivate mutating func control(_ operation: UInt8) throws(CompletionCode) {
        let actions: [PowerAction] = [.off, .on, .cycle, .reset, .nmi, .softOff]
        guard Int(operation) < actions.count else { throw .invalidField }
        let action = actions[Int(operation)]
        if action == .cycle, has(.cycleUnsupported) { throw .invalidField }
        switch chassis.perform(action) {
        case .wrongState: throw .wrongState
        case .already: break
        case .done:
            if [.on, .cycle, .reset].contains(action) { restartCause = 0x01 }
            if action == .on { lastPowerOnByCommand = true }
            if faults.strikes("power-drop") != nil { afterAnswer = .restart(.seconds(1)) }
        }
    }
}
