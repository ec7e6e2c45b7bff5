// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit

extension IPMIDevice: Inventory {
    /// Emits `system`, `chassis`, `bmc` and one component for each inventory area (FRU) that the BMC has: area 0 and those
    /// that the sensor data records name.
    public func inventory(query: String?, _ call: borrowing Call) throws(PluginError) {
        let conversation = Conversation(self)
        let status = try conversation.chassisStatus(call)
        let controller = try BMCComponent(conversation, quirks: configuration.quirks, call)
        call.progress(200, "fru 0")
        let main = try fruBytes(0, conversation, call).map { FRU($0) }
        try call.emit("component", json: SystemComponent(main, controller))
        try call.emit("component", json: ChassisComponent(status, main))
        try call.emit("component", json: controller)
        if let main { try call.emit("component", json: FRUComponent(id: 0, name: nil, entity: nil, fru: main)) }
        let locators = try sensorRecordsIfOffered(conversation, call).filter { ($0.fruDevice ?? 0) != 0 }
        var told: Set<UInt8> = [0]
        for (index, locator) in locators.enumerated() {
            guard let device = locator.fruDevice, told.insert(device).inserted else { continue }
            call.progress(UInt32(400 + 600 * index / locators.count), "fru \(device)")
            let fru = try fruBytes(device, conversation, call).map { FRU($0) }
            try call.emit(
                "component",
                json: FRUComponent(id: Int(device), name: locator.name, entity: locator.entity, fru: fru))
        }
    }

    /// The sensor data records, or none when the BMC keeps none.
    private func sensorRecordsIfOffered(
        _ channel: Conversation, _ call: borrowing Call
    ) throws(PluginError) -> [SensorRecord] {
        do throws(PluginError) {
            return try sensorRecords(channel, call)
        } catch {
            guard [.protocol, .unsupported, .state].contains(error.status) else { throw error }
            call.log(.debug, error.message)
            return []
        }
    }

    /// The bytes of an inventory area, at most `FRU.limit`; nil when the BMC has none by that number.
    func fruBytes(
        _ device: UInt8, _ channel: some CommandChannel, _ call: borrowing Call
    ) throws(PluginError) -> [UInt8]? {
        guard let info = try channel.readIfOffered(.getFRUAreaInfo(device), call), info.count >= 3 else {
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
            switch try channel.send(command, call) {
            case .data(let answer):
                guard let count = answer.first, count > 0, answer.count > 1 else { return bytes }
                bytes += answer.dropFirst().prefix(min(Int(count) * unit, wanted))
            case .refused(let code):
                guard !code.isTemporary else { throw code.pluginError }
                guard code.isAboutLength, chunk > 8 else {
                    call.log(.debug, code.pluginError.message)
                    return bytes.isEmpty ? nil : bytes
                }
                chunk /= 2
            }
        }
        return bytes
    }
}
