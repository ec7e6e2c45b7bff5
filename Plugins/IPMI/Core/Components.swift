// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// Who made the machine and what it is called: from the product area of its inventory, else from the board area.
package struct MachineIdentity: Encodable, Equatable {
    package var vendor: String?
    package var model: String?
    var serial: String?
    /// Version of the BMC's firmware.
    var firmware: String?

    init(_ fru: FRU?, firmware: String?) {
        vendor = fru?.product?.manufacturer ?? fru?.board?.manufacturer
        model = fru?.product?.name ?? fru?.board?.product
        serial = fru?.product?.serial ?? fru?.chassis?.serial ?? fru?.board?.serial
        self.firmware = firmware
    }
}

/// The machine as a whole.
struct SystemComponent: Encodable {
    var kind = "system"
    var id = "system"
    var vendor: String?
    var model: String?
    var serial: String?
    var assetTag: String?
    var uuid: String?

    init(_ fru: FRU?, _ bmc: BMCComponent) {
        let identity = MachineIdentity(fru, firmware: nil)
        vendor = identity.vendor
        model = identity.model
        serial = identity.serial
        assetTag = fru?.product?.assetTag
        uuid = bmc.systemGUID
    }
}

/// The chassis as Get Chassis Status describes it.
struct ChassisComponent: Encodable {
    var kind = "chassis"
    var id = "chassis"
    var model: String?
    var serial: String?
    var power: String
    var restorePolicy: String
    var powerFault: Bool
    var powerOverload: Bool
    var intrusion: Bool
    var driveFault: Bool
    var coolingFault: Bool

    init(_ status: ChassisStatus, _ fru: FRU?) {
        model = fru?.chassis?.partNumber
        serial = fru?.chassis?.serial
        power = "\(status.power)"
        restorePolicy = status.restorePolicy
        powerFault = status.powerFault
        powerOverload = status.powerOverload
        intrusion = status.intrusion
        driveFault = status.driveFault
        coolingFault = status.coolingFault
    }
}

/// The BMC as Get Device ID, Get System GUID and its LAN parameters describe it.
struct BMCComponent: Encodable {
    var kind = "bmc"
    var id = "bmc"
    var manufacturerID: Int?
    var productID: Int?
    var deviceID: Int
    var revision: Int
    var firmware: String
    var ipmiVersion: String
    var systemGUID: String?
    var address: String?
    var mac: String?

    init(_ channel: some CommandChannel, quirks: Set<Quirk>, _ call: borrowing Call) throws(PluginError) {
        let answer = try channel.read(.getDeviceID, call)
        guard let device = DeviceID(answer, short: quirks.contains(.shortDeviceID)) else {
            throw PluginError(
                .protocol, "Get Device ID: the answer has \(answer.count) of 11 bytes",
                detail: ["hint": "quirks: short_device_id"])
        }
        manufacturerID = device.manufacturerID
        productID = device.productID
        deviceID = device.deviceID
        revision = device.revision
        firmware = device.firmware
        ipmiVersion = device.ipmiVersion
        systemGUID = try channel.readIfOffered(.getSystemGUID, call).flatMap { GUID.text($0) }
        if let bytes = try channel.readIfOffered(.getLANParameter(LANParameter.address), call), bytes.count >= 5 {
            address = bytes[1...4].map(String.init).joined(separator: ".")
        }
        if let bytes = try channel.readIfOffered(.getLANParameter(LANParameter.mac), call), bytes.count >= 7 {
            mac = bytes[1...6].map(Hex.digits).joined(separator: ":")
        }
    }
}

/// Numbers of LAN configuration parameters (IPMI 2.0, table 23-4).
enum LANParameter {
    static let address: UInt8 = 3
    static let mac: UInt8 = 5
    static let cipherSuites: UInt8 = 23
    static let cipherPrivileges: UInt8 = 24
}

/// An inventory area and the part it belongs to.
struct FRUComponent: Encodable {
    var kind: String
    var id: String
    var name: String?
    var vendor: String?
    var model: String?
    var serial: String?
    /// All that the area says; absent when it could not be read.
    var fru: FRU?

    /// `entity` is what the sensor data record says the part is (IPMI 2.0, table 43-13).
    init(id number: Int, name: String?, entity: UInt8?, fru: FRU?) {
        kind = entity.map(Self.kind) ?? "fru"
        id = "fru-\(number)"
        self.name = name
        let identity = MachineIdentity(fru, firmware: nil)
        vendor = identity.vendor
        model = identity.model
        serial = identity.serial
        self.fru = fru
    }

    private static func kind(of entity: UInt8) -> String {
        switch entity {
        case 0x03: "cpu"
        case 0x04, 0x1a: "disk"
        case 0x07: "board"
        case 0x0a, 0x13: "psu"
        case 0x0b: "pcie"
        case 0x1d, 0x1e: "fan"
        case 0x08, 0x20: "memory"
        default: "fru"
        }
    }
}
