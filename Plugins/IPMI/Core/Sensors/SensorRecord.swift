// SPDX-License-Identifier: GPL-3.0-or-later

/// A sensor data record (IPMI 2.0, section 43), as far as it is about a sensor or a part. The bytes come from the machine
/// and may say anything.
struct SensorRecord: Equatable {
    /// What kind of record it is, by its number.
    enum Kind: UInt8 {
        case full = 0x01
        case compact = 0x02
        case eventOnly = 0x03
        case fruLocator = 0x11
        case controllerLocator = 0x12
    }

    let kind: Kind
    let bytes: [UInt8]
    let name: String

    /// Nil for a record of another kind, and for one that ends before its name begins.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 5, let kind = Kind(rawValue: bytes[3]) else { return nil }
        let nameAt: Int
        switch kind {
        case .full: nameAt = 47
        case .compact: nameAt = 31
        case .eventOnly: nameAt = 16
        case .fruLocator, .controllerLocator: nameAt = 15
        }
        guard bytes.count > nameAt else { return nil }
        self.kind = kind
        self.bytes = bytes
        var fields = FRUFields(bytes, at: nameAt, english: true)
        name = fields.next() ?? ""
    }

    /// The address of the controller that owns the sensor; the BMC's is 20h.
    var owner: UInt8 { bytes[5] }
    /// The way to a controller behind the BMC that owns the sensor, by slave address and channel (table 43-1); nil for the BMC
    /// and for what is no controller but system software.
    var bridge: Command.Bridge? {
        guard owner != 0x20, owner & 1 == 0, owner != 0 else { return nil }
        return Command.Bridge(channel: bytes[6] >> 4, address: owner)
    }
    /// Nobody can be asked for its reading.
    var isUnreachable: Bool { owner != 0x20 && bridge == nil }
    /// Its logical unit.
    var unit: UInt8 { bytes[6] & 0x03 }
    var number: UInt8 { bytes[7] }

    /// Physical part the record is about (table 43-13).
    var entity: UInt8 {
        switch kind {
        case .full, .compact, .eventOnly: bytes[8]
        case .fruLocator, .controllerLocator: bytes[12]
        }
    }

    /// Number of the part among its like.
    var entityInstance: UInt8 {
        switch kind {
        case .full, .compact, .eventOnly: bytes[9] & 0x7f
        case .fruLocator, .controllerLocator: bytes[13] & 0x7f
        }
    }

    /// Table 42-3.
    var sensorType: UInt8 { kind == .eventOnly ? bytes[10] : bytes[12] }
    /// Table 42-1: 1 has thresholds, 2 to Ch are generic states, 6Fh are states of the sensor type, 70h and up the maker's.
    var readingType: UInt8 { kind == .eventOnly ? bytes[11] : bytes[13] }

    /// The device behind a FRU locator when it is a logical one of the BMC itself, so that its inventory can be read.
    var fruDevice: UInt8? {
        guard kind == .fruLocator, bytes[7] & 0x80 != 0, bytes[7] & 0x18 == 0, bytes[5] >> 1 == 0x10 else { return nil }
        return bytes[6]
    }

    /// How many sensors a compact record stands for, with numbers that count up.
    var shareCount: Int {
        switch kind {
        case .compact: max(Int(bytes[23] & 0x0f), 1)
        case .eventOnly: max(Int(bytes[12] & 0x0f), 1)
        default: 1
        }
    }

    /// The name of the sensor at a place among those that share the record.
    func name(sharing index: Int) -> String {
        guard shareCount > 1 else { return name }
        let place = kind == .compact ? 23 : 12
        let start = Int(bytes[place + 1] & 0x7f) + index
        let isLetter = bytes[place] & 0x30 == 0x10
        guard isLetter else { return name + String(start) }
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return start < 26
            ? name + String(letters[start]) : name + String(letters[start / 26 % 26]) + String(letters[start % 26])
    }

    /// The thresholds that a threshold sensor shows when asked, as a mask of `Threshold`.
    var readableThresholds: UInt8 {
        kind == .full && readingType == 0x01 || kind == .compact && readingType == 0x01 ? bytes[18] & 0x3f : 0
    }

    /// The conversion of readings, for a full record of a sensor with an analogue reading.
    var factors: ReadingFactors? {
        guard kind == .full, bytes[20] >> 6 != 3 else { return nil }
        return ReadingFactors(record: bytes)
    }
}

/// A threshold, by its bit in the masks of IPMI 2.0, table 35-9.
enum Threshold: Int, CaseIterable {
    case lowerNonCritical = 0
    case lowerCritical = 1
    case lowerNonRecoverable = 2
    case upperNonCritical = 3
    case upperCritical = 4
    case upperNonRecoverable = 5
}
