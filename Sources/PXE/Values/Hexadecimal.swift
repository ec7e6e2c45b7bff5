// SPDX-License-Identifier: Apache-2.0

/// Hexadecimal digits without any locale or library.
enum Hexadecimal {
    /// The value of one ASCII digit, or nil.
    static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The lower-case ASCII digit of a value below 16.
    static func character(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + (value & 15) - 10
    }

    /// A 16-bit number as `0x0007`, the way the IANA tables print architecture types.
    static func word(_ value: UInt16) -> String {
        let digits = [12, 8, 4, 0].map { character(UInt8(truncatingIfNeeded: value >> $0) & 15) }
        return "0x" + String(decoding: digits, as: UTF8.self)
    }
}
