// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// FRU inventories of a machine (Platform Management FRU Information Storage Definition 1.0), built when they are read.
enum FRUInventory {
    struct Device: Sendable {
        var number: UInt8
        var name: String
        var entity: UInt8
    }

    /// The machine itself, and its power supply.
    static let devices = [
        Device(number: 0, name: "Machine FRU", entity: 0x17), Device(number: 1, name: "PSU1 FRU", entity: 0x0A),
    ]

    static let size = 1_024

    /// The image of a device, `size` bytes; nil when there is no such device.
    static func image(_ device: UInt8, _ machine: Chassis) -> [UInt8]? {
        let identity = machine.identity
        switch device {
        case 0:
            return build(
                chassis: area([0x17], [identity.model, identity.serial]),
                board: area(
                    [0x19] + minutes, [identity.vendor, identity.model, identity.serial + "B", "SIM-BOARD", ""]),
                product: area(
                    [0x19],
                    [identity.vendor, identity.model, "SIM-1", identity.biosVersion, identity.serial, "", ""]),
                records: [(0x03, [0x07] + identity.uuid)])
        case 1:
            return build(
                chassis: [], board: [],
                product: area(
                    [0x19], [identity.vendor, "Simulated PSU 800W", "SIM-PSU", "1", identity.serial + "P1", "", ""]),
                records: [(0x00, supply)])
        default: return nil
        }
    }

    /// Minutes since 1996: 1 January 2026.
    private static let minutes: [UInt8] = Array(UInt32(15_779_520).wire.prefix(3))

    /// Power supply information (section 18.1): 800 W, 880 VA, 90 to 264 V, 47 to 63 Hz, hot swap.
    private static let supply: [UInt8] =
        UInt16(800).wire + UInt16(880).wire + [0xFF, 0x00] + UInt16(9_000).wire + UInt16(13_200).wire
        + UInt16(18_000).wire + UInt16(26_400).wire + [47, 63, 12, 0x0C] + UInt16(800).wire + [0, 0, 0, 0]

    /// Version, length in eights, head, fields, end mark, padding, checksum.
    private static func area(_ head: [UInt8], _ fields: [String]) -> [UInt8] {
        var bytes: [UInt8] = [1, 0] + head
        for field in fields {
            let text = field.utf8.filter { $0 >= 0x20 && $0 < 0x7F }.prefix(62)
            // One character of length 1 would read as the end mark.
            let padded = text.count == 1 ? Array(text) + [0x20] : Array(text)
            bytes += [0xC0 | UInt8(padded.count)] + padded
        }
        bytes.append(0xC1)
        while bytes.count % 8 != 7 { bytes.append(0) }
        bytes[1] = UInt8((bytes.count + 1) / 8)
        return bytes + [bytes.checksum]
    }

    private static func build(
        chassis: [UInt8], board: [UInt8], product: [UInt8], records: [(type: UInt8, data: [UInt8])]
    ) -> [UInt8] {
        var offsets: [UInt8] = []
        var body: [UInt8] = []
        for area in [chassis, board, product] {
            offsets.append(area.isEmpty ? 0 : UInt8(1 + body.count / 8))
            body += area
        }
        offsets.append(UInt8(1 + body.count / 8))
        for (index, record) in records.enumerated() {
            let end: UInt8 = index == records.count - 1 ? 0x80 : 0
            let head = [record.type, end | 0x02, UInt8(record.data.count), record.data.checksum]
            body += head + [head.checksum] + record.data
        }
        let header: [UInt8] = [1, 0] + offsets + [0]
        return (header + [header.checksum] + body).padded(to: size)
    }
}
