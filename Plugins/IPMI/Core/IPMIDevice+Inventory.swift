// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit

extension IPMIDevice: Inventory {
    /// Emits `chassis`, `bmc` and, where the BMC has an inventory area, `fru`.
    public func inventory(query: String?, _ call: borrowing Call) throws(PluginError) {
        let session = try connect(call).session
        try call.emit("component", json: ChassisComponent(session.chassisStatus(call)))
        try call.emit("component", json: BMCComponent(session, call))
        call.progress(300, "fru")
        if let bytes = try fruBytes(0, session, call) {
            try call.emit("component", json: FRUComponent(id: 0, fru: FRU(bytes)))
        }
    }

    /// The bytes of an inventory area, at most `FRU.limit`; nil when the BMC has none by that number.
    private func fruBytes(_ device: UInt8, _ session: Session, _ call: borrowing Call) throws(PluginError) -> [UInt8]? {
        guard case .data(let info) = try session.send(.getFRUAreaInfo(device), call), info.count >= 3 else {
            return nil
        }
        let size = min(Int(info[0]) | Int(info[1]) << 8, FRU.limit)
        let unit = info[2] & 0x01 == 0 ? 1 : 2
        var chunk = 32
        var bytes: [UInt8] = []
        while bytes.count < size {
            let wanted = min(chunk, (size - bytes.count + unit - 1) / unit * unit)
            let command = Command.readFRUData(
                device, offset: UInt16(bytes.count / unit), count: UInt8(max(wanted / unit, 1)))
            switch try session.send(command, call) {
            case .data(let answer):
                guard let count = answer.first, count > 0, answer.count > 1 else { return bytes }
                bytes += answer.dropFirst().prefix(min(Int(count) * unit, wanted))
            case .refused(let code):
                let tooLong = [0xc7, 0xc8, 0xca, 0xcc, 0xff].contains(code.code)
                guard tooLong, chunk > 8 else {
                    call.log(.debug, code.pluginError.message)
                    return bytes
                }
                chunk /= 2
            }
        }
        return bytes
    }
}

/// The chassis as Get Chassis Status describes it.
private struct ChassisComponent: Encodable {
    var kind = "chassis"
    var power: String
    var restorePolicy: String
    var powerFault: Bool
    var powerOverload: Bool
    var intrusion: Bool
    var driveFault: Bool
    var coolingFault: Bool

    init(_ status: ChassisStatus) {
        power = "\(status.power)"
        restorePolicy = status.restorePolicy
        powerFault = status.powerFault
        powerOverload = status.powerOverload
        intrusion = status.intrusion
        driveFault = status.driveFault
        coolingFault = status.coolingFault
    }
}

/// The BMC as Get Device ID and Get System GUID describe it.
struct BMCComponent: Encodable {
    var kind = "bmc"
    var manufacturerID: Int
    var productID: Int
    var deviceID: Int
    var revision: Int
    var firmware: String
    var ipmiVersion: String
    var systemGUID: String?

    init(_ session: Session, _ call: borrowing Call) throws(PluginError) {
        guard let id = DeviceID(try session.read(.getDeviceID, atLeast: 11, call)) else {
            throw PluginError(.protocol, "Get Device ID: the answer is too short")
        }
        manufacturerID = id.manufacturerID
        productID = id.productID
        deviceID = id.deviceID
        revision = id.revision
        firmware = id.firmware
        ipmiVersion = id.ipmiVersion
        if case .data(let bytes) = try session.send(.getSystemGUID, call) { systemGUID = GUID.text(bytes) }
    }
}

private struct FRUComponent: Encodable {
    var kind = "fru"
    var id: Int
    var fru: FRU
}
