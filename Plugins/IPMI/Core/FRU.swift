// SPDX-License-Identifier: GPL-3.0-or-later

/// What a FRU inventory area says (Platform Management FRU Information Storage Definition 1.0). The bytes come from the
/// machine and may say anything: nothing outside them is read and every text is at most 63 bytes.
struct FRU: Encodable, Equatable {
    /// Chassis info area.
    struct Chassis: Encodable, Equatable {
        var type: Int
        var partNumber: String?
        var serial: String?
    }

    /// Board info area.
    struct Board: Encodable, Equatable {
        /// Calendar date, `YYYY-MM-DD`.
        var manufactured: String?
        var manufacturer: String?
        var product: String?
        var serial: String?
        var partNumber: String?
    }

    /// Product info area.
    struct Product: Encodable, Equatable {
        var manufacturer: String?
        var name: String?
        var partNumber: String?
        var version: String?
        var serial: String?
        var assetTag: String?
    }

    var chassis: Chassis?
    var board: Board?
    var product: Product?
    /// What is wrong with the bytes.
    var problems: [String] = []

    /// The most bytes of an inventory area that are looked at.
    static let limit = 4096

    init(_ bytes: [UInt8]) {
        guard bytes.count >= 8, bytes[0] & 0x0f == 1 else {
            problems.append("no common header")
            return
        }
        if bytes.prefix(8).reduce(0, &+) != 0 { problems.append("header checksum") }
        if let area = area(bytes, 2, "chassis") {
            var fields = FRUFields(area, at: 3, english: true)
            chassis = Chassis(type: Int(area[2]), partNumber: fields.next(), serial: fields.next())
        }
        if let area = area(bytes, 3, "board") {
            var fields = FRUFields(area, at: 6, english: area[2] == 0 || area[2] == 25)
            let minutes = Int(area[3]) | Int(area[4]) << 8 | Int(area[5]) << 16
            board = Board(
                manufactured: minutes == 0 ? nil : CivilDate(daysSince1996: minutes / 1440).text,
                manufacturer: fields.next(), product: fields.next(), serial: fields.next(), partNumber: fields.next())
        }
        if let area = area(bytes, 4, "product") {
            var fields = FRUFields(area, at: 3, english: area[2] == 0 || area[2] == 25)
            product = Product(
                manufacturer: fields.next(), name: fields.next(), partNumber: fields.next(), version: fields.next(),
                serial: fields.next(), assetTag: fields.next())
        }
    }

    /// The bytes of the area whose offset stands at `index` of the header, at least 8 of them.
    private mutating func area(_ bytes: [UInt8], _ index: Int, _ name: String) -> [UInt8]? {
        let start = Int(bytes[index]) * 8
        guard start != 0 else { return nil }
        guard start + 8 <= bytes.count else {
            problems.append("\(name): outside the inventory")
            return nil
        }
        let length = Int(bytes[start + 1]) * 8
        guard length >= 8, start + length <= bytes.count else {
            problems.append("\(name): length")
            return nil
        }
        let area = Array(bytes[start..<start + length])
        if area.reduce(0, &+) != 0 { problems.append("\(name): checksum") }
        return area
    }
}
