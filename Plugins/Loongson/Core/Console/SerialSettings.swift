// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// How the serial port is to be set by RFC 2217: member `serial`. Flow control is always off: PMON has none.
struct SerialSettings: Equatable, Sendable {
    enum Parity: String, Sendable {
        case none
        case odd
        case even
    }

    /// Bits a second.
    var baud: UInt32 = 115_200
    var dataBits: UInt8 = 8
    var parity = Parity.none
    var stopBits: UInt8 = 1
}

extension SerialSettings: Decodable {
    private enum CodingKeys: String, CodingKey {
        case baud
        case dataBits = "data_bits"
        case parity
        case stopBits = "stop_bits"
    }

    /// Reads the member. Throws `invalid` naming what cannot be set.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if let baud = try values.decodeIfPresent(Int.self, forKey: .baud) {
            guard (300...4_000_000).contains(baud) else {
                throw PluginError.invalid(field: "serial.baud", "is not 300 to 4000000")
            }
            self.baud = UInt32(baud)
        }
        if let bits = try values.decodeIfPresent(Int.self, forKey: .dataBits) {
            guard bits == 7 || bits == 8 else { throw PluginError.invalid(field: "serial.data_bits", "is not 7 or 8") }
            dataBits = UInt8(bits)
        }
        if let word = try values.decodeIfPresent(String.self, forKey: .parity) {
            guard let parity = Parity(rawValue: word) else {
                throw PluginError.invalid(field: "serial.parity", "is not none, odd or even")
            }
            self.parity = parity
        }
        if let bits = try values.decodeIfPresent(Int.self, forKey: .stopBits) {
            guard bits == 1 || bits == 2 else { throw PluginError.invalid(field: "serial.stop_bits", "is not 1 or 2") }
            stopBits = UInt8(bits)
        }
    }
}
