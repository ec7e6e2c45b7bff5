// SPDX-License-Identifier: GPL-3.0-or-later

extension Command {
    /// IPMI 2.0, section 28.1.
    static let getChassisCapabilities = Command(
        name: "Get Chassis Capabilities", networkFunction: Network.chassis, number: 0x00)
    /// Section 28.2.
    static let getChassisStatus = Command(
        name: "Get Chassis Status", networkFunction: Network.chassis, number: 0x01)

    /// Section 28.3.
    static func chassisControl(_ control: ChassisControl) -> Command {
        Command(
            name: "Chassis Control", networkFunction: Network.chassis, number: 0x02, data: [control.rawValue])
    }

    /// Section 28.5. Nil seconds turn the light on for good.
    static func chassisIdentify(seconds: UInt8?) -> Command {
        Command(
            name: "Chassis Identify", networkFunction: Network.chassis, number: 0x04,
            data: seconds.map { [$0] } ?? [0, 1])
    }

    /// Section 28.12.
    static func setBootOption(_ parameter: UInt8, _ data: [UInt8]) -> Command {
        Command(
            name: "Set System Boot Options \(parameter)", networkFunction: Network.chassis, number: 0x08,
            data: [parameter & 0x7f] + data)
    }

    /// Section 28.13.
    static func getBootOption(_ parameter: UInt8) -> Command {
        Command(
            name: "Get System Boot Options \(parameter)", networkFunction: Network.chassis, number: 0x09,
            data: [parameter & 0x7f, 0, 0])
    }
}

/// What Chassis Control can be told (IPMI 2.0, table 28-4).
enum ChassisControl: UInt8 {
    case powerDown = 0
    case powerUp = 1
    case powerCycle = 2
    case hardReset = 3
    case diagnosticInterrupt = 4
    case softShutdown = 5
}
