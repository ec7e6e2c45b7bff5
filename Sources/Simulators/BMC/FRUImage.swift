// SPDX-License-Identifier: Apache-2.0

/// Builds the identity data of a BMC: an IPMI FRU inventory with board and product areas
/// (Platform Management FRU Information Storage Definition v1.0).
enum FRUImage {
    /// An image of 256 bytes. Texts are cut to 31 characters of ASCII.
    static func make(vendor: String, product: String, serial: String) -> [UInt8] {
        let board = area([25, 0, 0, 0], fields: [vendor, product, serial, "SIM-1", ""])
        let productArea = area([25], fields: [vendor, product, "SIM-1", "1", serial, "", ""])
        var header: [UInt8] = [1, 0, 0, 1, UInt8(1 + board.count / 8), 0, 0]
        header.append(checksum(header))
        let image = header + board + productArea
        return image + [UInt8](repeating: 0, count: max(0, 256 - image.count))
    }

    /// Format version, length in units of 8 bytes, head, fields, end mark, padding, checksum.
    private static func area(_ head: [UInt8], fields: [String]) -> [UInt8] {
        var bytes: [UInt8] = [1, 0] + head
        for field in fields {
            let text = field.utf8.filter { $0 >= 0x20 && $0 < 0x7F }.prefix(31)
            bytes.append(0xC0 | UInt8(text.count))
            bytes += text
        }
        bytes.append(0xC1)
        while bytes.count % 8 != 7 { bytes.append(0) }
        bytes[1] = UInt8((bytes.count + 1) / 8)
        return bytes + [checksum(bytes)]
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt8 {
        0 &- bytes.reduce(0, &+)
    }
}
