// SPDX-License-Identifier: GPL-3.0-or-later

/// An IPMI command to the BMC.
struct Command: Equatable {
    /// Network functions of requests (IPMI 2.0, table 5-1).
    enum Network {
        static let chassis: UInt8 = 0x00
        static let sensor: UInt8 = 0x04
        static let application: UInt8 = 0x06
        static let storage: UInt8 = 0x0a
        static let transport: UInt8 = 0x0c
    }

    /// As the specification calls it.
    var name: String
    var networkFunction: UInt8
    var number: UInt8
    var data: [UInt8] = []
    /// Logical unit of the BMC, 0 to 3.
    var unit: UInt8 = 0
    /// The data hold something secret, which no trace may keep.
    var isSensitive = false
    /// The controller it is for; nil for the BMC itself.
    var bridge: Bridge?

    /// A controller behind the BMC, on one of its channels.
    struct Bridge: Hashable {
        /// 0 to 15; 0 is the primary IPMB.
        var channel: UInt8
        /// Slave address, with the lowest bit 0.
        var address: UInt8
    }

    /// The same command for a controller behind the BMC.
    func via(_ bridge: Bridge?) -> Command {
        var command = self
        command.bridge = bridge
        return command
    }

    /// IPMI 2.0, section 20.1.
    static let getDeviceID = Command(name: "Get Device ID", networkFunction: Network.application, number: 0x01)
    /// Section 22.14.
    static let getSystemGUID = Command(name: "Get System GUID", networkFunction: Network.application, number: 0x37)

    /// Section 34.1.
    static func getFRUAreaInfo(_ device: UInt8) -> Command {
        Command(
            name: "Get FRU Inventory Area Info", networkFunction: Network.storage, number: 0x10, data: [device])
    }

    /// Section 34.2; `offset` and `count` are in the units the area is accessed in.
    static func readFRUData(_ device: UInt8, offset: UInt16, count: UInt8) -> Command {
        Command(
            name: "Read FRU Data", networkFunction: Network.storage, number: 0x11,
            data: [device] + bytes(offset) + [count])
    }

    /// The request as it stands in an IPMI message, for the wire trace: network function and unit, number, data.
    var message: [UInt8] { [networkFunction << 2 | unit & 0x03, number] + data }

    /// An answer as it stands in an IPMI message: network function and unit, number, completion code, data.
    func answer(_ completionCode: UInt8, _ data: [UInt8]) -> [UInt8] {
        [(networkFunction | 1) << 2 | unit & 0x03, number, completionCode] + data
    }

    /// Two bytes, the lower first.
    static func bytes(_ number: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
    }
}
