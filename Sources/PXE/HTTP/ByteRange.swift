// SPDX-License-Identifier: Apache-2.0

/// Which part of a file a request gets (RFC 9110 section 14).
public enum ByteRange: Hashable, Sendable {
    /// All of it, status 200.
    case whole
    /// These octets, status 206.
    case part(Range<Int64>)
    /// None: the range lies beyond the end, status 416.
    case unsatisfiable

    /// Decides from the header fields `Range` and `If-Range`.
    ///
    /// Several ranges at once, other units and malformed fields are ignored, as the RFC allows; so is a range whose
    /// `If-Range` is not the file's entity tag.
    public init(range: String?, ifRange: String?, entityTag: String, size: Int64) {
        guard let range, ifRange == nil || ifRange == entityTag else {
            self = .whole
            return
        }
        self = Self.parse(range, size: size) ?? .whole
    }

    private static func parse(_ field: String, size: Int64) -> ByteRange? {
        let unit = "bytes="
        guard field.utf8.count > unit.utf8.count, field.prefix(unit.count).lowercased() == unit else { return nil }
        let value = field.dropFirst(unit.count).utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        let parts = value.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        switch (parts[0].isEmpty, parts[1].isEmpty) {
        case (true, true):
            return nil
        case (true, false):
            guard let length = number(parts[1]) else { return nil }
            guard length > 0, size > 0 else { return .unsatisfiable }
            return .part(max(0, size - length)..<size)
        case (false, true):
            guard let first = number(parts[0]) else { return nil }
            return first < size ? .part(first..<size) : .unsatisfiable
        case (false, false):
            guard let first = number(parts[0]), let last = number(parts[1]), first <= last else { return nil }
            return first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
        }
    }

    /// Digits, leading zeros allowed; numbers beyond any file are cut to the largest one.
    private static func number(_ digits: some Collection<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            value = overflow || carry ? .max - 1 : sum
        }
        return value
    }
}
