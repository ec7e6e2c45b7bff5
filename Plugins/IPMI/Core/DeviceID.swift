// SPDX-License-Identifier: GPL-3.0-or-later

/// The answer to Get Device ID (IPMI 2.0, table 20-2).
struct DeviceID: Equatable {
    let bytes: [UInt8]

    /// At least up to the product id, or up to the IPMI version when `short` answers are tolerated; nil when the answer is
    /// shorter. The auxiliary revision may be missing.
    init?(_ bytes: [UInt8], short: Bool = false) {
        guard bytes.count >= (short ? 5 : 11) else { return nil }
        self.bytes = bytes
    }

    var deviceID: Int { Int(bytes[0]) }
    var revision: Int { Int(bytes[1] & 0x0f) }
    /// Major revision in binary, minor in BCD.
    var firmware: String { "\(bytes[2] & 0x7f).\(Hex.digits(bytes[3]))" }
    /// The device is being updated or starts.
    var isUpdating: Bool { bytes[2] & 0x80 != 0 }
    /// `2.0`; the lower digit is in the upper nibble.
    var ipmiVersion: String { "\(bytes[4] & 0x0f).\(bytes[4] >> 4)" }
    /// IANA private enterprise number.
    var manufacturerID: Int? {
        bytes.count >= 9 ? Int(bytes[6]) | Int(bytes[7]) << 8 | Int(bytes[8] & 0x0f) << 16 : nil
    }
    var productID: Int? { bytes.count >= 11 ? Int(bytes[9]) | Int(bytes[10]) << 8 : nil }
}

/// A 16-byte identifier as Get System GUID returns it.
enum GUID {
    /// The bytes as they stand on the wire, grouped like a GUID. BMCs disagree about the order, so none is assumed.
    static func text(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 16 else { return nil }
        let digits = bytes.prefix(16).map(Hex.digits)
        return [digits[0..<4], digits[4..<6], digits[6..<8], digits[8..<10], digits[10..<16]]
            .map { $0.joined() }.joined(separator: "-")
    }
}
