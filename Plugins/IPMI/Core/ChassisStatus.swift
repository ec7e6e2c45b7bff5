// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// The answer to Get Chassis Status (IPMI 2.0, table 28-3).
struct ChassisStatus: Equatable {
    let bytes: [UInt8]

    /// At least current power state, last power event and miscellaneous state; nil when the answer is shorter.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 3 else { return nil }
        self.bytes = bytes
    }

    var power: PowerState { bytes[0] & 0x01 != 0 ? .on : .off }
    var powerOverload: Bool { bytes[0] & 0x02 != 0 }
    var powerFault: Bool { bytes[0] & 0x08 != 0 || bytes[0] & 0x10 != 0 }
    var intrusion: Bool { bytes[2] & 0x01 != 0 }
    var driveFault: Bool { bytes[2] & 0x04 != 0 }
    var coolingFault: Bool { bytes[2] & 0x08 != 0 }

    /// How well the chassis is: a fault is critical, an overload or an open chassis a warning.
    var health: SensorHealth {
        if powerFault || driveFault || coolingFault { return .critical }
        return powerOverload || intrusion ? .warning : .ok
    }

    /// What the machine does when mains power returns.
    var restorePolicy: String {
        switch bytes[0] >> 5 & 0x03 {
        case 0: "stay-off"
        case 1: "previous"
        case 2: "power-on"
        default: "unknown"
        }
    }
}

extension CommandChannel {
    /// Reads the chassis status.
    func chassisStatus(_ call: borrowing Call) throws(PluginError) -> ChassisStatus {
        try send(.getChassisStatus, call).chassisStatus
    }
}

extension Reply {
    /// The answer to Get Chassis Status.
    var chassisStatus: ChassisStatus {
        get throws(PluginError) {
            switch self {
            case .refused(let code): throw code.pluginError
            case .data(let data):
                guard let status = ChassisStatus(data) else {
                    throw PluginError(.protocol, "Get Chassis Status: the answer is too short")
                }
                return status
            }
        }
    }
}
