// SPDX-License-Identifier: Apache-2.0

/// The one rule for names of machines, images and instances.
public enum Name {
    /// Accepts 1–63 characters of `a–z A–Z 0–9 . _ -`, beginning with a letter or digit.
    ///
    /// Names become file names, URL segments and log fields, so nothing else is let in.
    /// - Throws: `ControlError` `invalid` naming `field`.
    public static func check(_ name: String, field: String) throws {
        let bytes = Array(name.utf8)
        let allowed = bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard (1...63).contains(bytes.count), allowed, let first = name.first, first.isLetter || first.isNumber else {
            throw ControlError(
                .invalid,
                "a name is 1 to 63 characters of a-z, A-Z, 0-9, '.', '_', '-' and begins with a letter or digit",
                field: field)
        }
    }
}
