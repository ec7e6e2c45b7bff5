// SPDX-License-Identifier: Apache-2.0

/// Strict decimal numbers: digits only, no sign, no leading zero, bounded.
enum Decimal {
    /// Parses ASCII digits into a number of at most `maximum`; nil for anything else.
    static func parse(_ text: some Collection<UInt8>, maximum: Int64) -> Int64? {
        guard let first = text.first, text.count == 1 || first != UInt8(ascii: "0") else { return nil }
        var value: Int64 = 0
        for character in text {
            guard character >= UInt8(ascii: "0"), character <= UInt8(ascii: "9") else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(character - UInt8(ascii: "0")))
            guard !overflow, !carry, sum <= maximum else { return nil }
            value = sum
        }
        return value
    }
}
