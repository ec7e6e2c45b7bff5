// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Numbers as people read them.
enum Units {
    /// A number of bytes in binary units with at most one decimal: `512 B`, `1.5 GiB`.
    static func bytes(_ count: Int64) -> String {
        let names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var value = Double(count)
        var index = 0
        while abs(value) >= 1024, index < names.count - 1 {
            value /= 1024
            index += 1
        }
        if index == 0 { return "\(count) B" }
        let rounded = (value * 10).rounded() / 10
        let whole = rounded == rounded.rounded()
        return (whole ? String(Int64(rounded)) : String(rounded)) + " " + names[index]
    }

    /// Reads `500000`, `10G`, `10GiB` (binary) or `10GB` (decimal) as bytes; nil when it is none of these.
    static func parseBytes(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits) else { return nil }
        let unit = text.dropFirst(digits.count).trimmingCharacters(in: .whitespaces).lowercased()
        let factor: Int64
        switch unit {
        case "", "b": factor = 1
        case "k", "ki", "kib": factor = 1 << 10
        case "m", "mi", "mib": factor = 1 << 20
        case "g", "gi", "gib": factor = 1 << 30
        case "t", "ti", "tib": factor = 1 << 40
        case "kb": factor = 1_000
        case "mb": factor = 1_000_000
        case "gb": factor = 1_000_000_000
        case "tb": factor = 1_000_000_000_000
        default: return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    /// A length of time in the two largest units: `4 s`, `2 min 5 s`, `3 h 10 min`, `2 d 4 h`.
    static func duration(_ seconds: Double) -> String {
        let total = Int(max(0, min(seconds, 1e9)).rounded())
        switch total {
        case ..<60: return "\(total) s"
        case ..<3_600: return "\(total / 60) min \(total % 60) s"
        case ..<86_400: return "\(total / 3_600) h \(total % 3_600 / 60) min"
        default: return "\(total / 86_400) d \(total % 86_400 / 3_600) h"
        }
    }
}
