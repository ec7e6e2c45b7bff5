// SPDX-License-Identifier: Apache-2.0
import BMCModel

extension CommandTable {
    /// FRU inventories (IPMI 2.0 section 34).
    static let inventory: [UInt8: Command] = [
        // By bytes.
        0x10: Command(.user) { bmc, data, _ throws(CompletionCode) in
            _ = try bmc.inventory(try data.byte())
            return UInt16(FRUInventory.size).wire + [0x00]
        },
        0x11: Command(.user) { bmc, data, _ throws(CompletionCode) in
            let image = try bmc.inventory(try data.byte())
            let offset = Int(try data.word())
            let count = Int(try data.byte())
            guard offset < image.count else { throw .parameterOutOfRange }
            let bytes = image[offset..<min(image.count, offset + count)]
            return [UInt8(bytes.count)] + bytes
        },
        0x12: Command(.operator, changes: true) { bmc, data, _ throws(CompletionCode) in
            let device = try data.byte()
            let image = try bmc.inventory(device)
            let offset = Int(try data.word())
            let bytes = data.rest()
            guard offset + bytes.count <= image.count else { throw .parameterOutOfRange }
            for (index, byte) in bytes.enumerated() { bmc.fruWrites[device, default: [:]][offset + index] = byte }
            return [UInt8(clamping: bytes.count)]
        },
    ]
}

extension BMCCore {
    fileprivate func inventory(_ device: UInt8) throws(CompletionCode) -> [UInt8] {
        guard var image = FRUInventory.image(device, chassis.chassis.snapshot) else { throw .notPresent }
        for (offset, byte) in fruWrites[device] ?? [:] where image.indices.contains(offset) { image[offset] = byte }
        return image
    }
}
