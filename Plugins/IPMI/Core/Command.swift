// SPDX-License-Identifier: GPL-3.0-or-later

/// An IPMI command to the BMC.
struct Command: Equatable {
    /// As the specification calls it.
    var name: String
    var networkFunction: UInt8
    var number: UInt8
    var data: [UInt8] = []

    private static let chassis: UInt8 = 0x00
    private static let application: UInt8 = 0x06
    private static let storage: UInt8 = 0x0a

    /// IPMI 2.0, section 28.2.
    static let getChassisStatus = Command(name: "Get Chassis Status", networkFunction: chassis, number: 0x01)
    /// Section 20.1.
    static let getDeviceID = Command(name: "Get Device ID", networkFunction: application, number: 0x01)
    /// Section 22.14.
    static let getSystemGUID = Command(name: "Get System GUID", networkFunction: application, number: 0x37)

    /// Section 28.3.
    static func chassisControl(_ control: ChassisControl) -> Command {
        Command(name: "Chassis Control", networkFunction: chassis, number: 0x02, data: [control.rawValue])
    }

    /// Section 28.12.
    static func setBootOption(_ parameter: UInt8, _ data: [UInt8]) -> Command {
        Command(
            name: "Set System Boot Options \(parameter)", networkFunction: chassis, number: 0x08,
            data: [parameter & 0x7f] + data)
    }

    /// Section 28.13.
    static func getBootOption(_ parameter: UInt8) -> Command {
        Command(
            name: "Get System Boot Options \(parameter)", networkFunction: chassis, number: 0x09,
            data: [parameter & 0x7f, 0, 0])
    }

    /// Section 34.1.
    static func getFRUAreaInfo(_ device: UInt8) -> Command {
        Command(name: "Get FRU Inventory Area Info", networkFunction: storage, number: 0x10, data: [device])
    }

    /// Section 34.2; `offset` and `count` are in the units the area is accessed in.
    static func readFRUData(_ device: UInt8, offset: UInt16, count: UInt8) -> Command {
        Command(
            name: "Read FRU Data", networkFunction: storage, number: 0x11,
            data: [device, UInt8(truncatingIfNeeded: offset), UInt8(truncatingIfNeeded: offset >> 8), count])
    }

    /// The bytes as they stand in an IPMI message, for the wire trace.
    var message: [UInt8] { [networkFunction << 2, number] + data }
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
