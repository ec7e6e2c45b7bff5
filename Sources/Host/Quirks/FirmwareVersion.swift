// SPDX-License-Identifier: Apache-2.0

/// A firmware's version as numbers, found in whatever text a BMC gives: `4.40.00.00`, `iLO 5 v2.44`, `1.73.06`.
///
/// It is the longest run of numbers with dots between them; of two equally long ones the first.
public struct FirmwareVersion: Sendable, Comparable, CustomStringConvertible {
    private let parts: [UInt64]

    /// nil when the text has no number.
    public init?(_ text: String) {
        var best: [UInt64] = []
        var run: [UInt64] = []
        var number: UInt64?
        var isAfterDot = false
        func longer() -> [UInt64] { run.count > best.count ? run : best }
        for byte in text.utf8.prefix(256) {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                // A number without end is as good as any other enormous one.
                let grown = (number ?? 0).multipliedReportingOverflow(by: 10)
                number = grown.overflow ? .max / 16 : min(grown.partialValue + UInt64(byte - 48), .max / 16)
                isAfterDot = false
                continue
            }
            if let ended = number {
                run.append(ended)
                number = nil
            } else if isAfterDot {
                best = longer()
                run = []
            }
            if byte == UInt8(ascii: "."), !run.isEmpty, !isAfterDot {
                isAfterDot = true
            } else {
                best = longer()
                run = []
                isAfterDot = false
            }
        }
        if let ended = number { run.append(ended) }
        parts = longer()
        guard !parts.isEmpty else { return nil }
    }

    /// Number by number; one that is missing counts as 0.
    public static func < (left: FirmwareVersion, right: FirmwareVersion) -> Bool { compare(left, right) < 0 }

    public static func == (left: FirmwareVersion, right: FirmwareVersion) -> Bool { compare(left, right) == 0 }

    private static func compare(_ left: FirmwareVersion, _ right: FirmwareVersion) -> Int {
        for index in 0..<max(left.parts.count, right.parts.count) {
            let first = index < left.parts.count ? left.parts[index] : 0
            let second = index < right.parts.count ? right.parts[index] : 0
            if first != second { return first < second ? -1 : 1 }
        }
        return 0
    }

    public var description: String { parts.map(String.init).joined(separator: ".") }
}

/// Versions between bounds, written `>=4.40, <5.10`; a version alone means just that one.
public struct FirmwareRange: Sendable, Equatable, CustomStringConvertible {
    private enum Comparison: String, CaseIterable {
        // In this order: what begins alike is tried with the longer one first.
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"
        case equal = "="
    }

    private struct Bound: Equatable {
        var comparison: Comparison
        var version: FirmwareVersion
    }

    public let description: String
    private let bounds: [Bound]

    /// nil when a bound is not a comparison and a version.
    public init?(_ text: String) {
        var bounds: [Bound] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let part = part.drop { $0 == " " }
            let comparison = Comparison.allCases.first { part.hasPrefix($0.rawValue) }
            let rest = part.dropFirst(comparison?.rawValue.count ?? 0)
            guard !rest.contains(where: { "<>=".contains($0) }), let version = FirmwareVersion(String(rest)) else {
                return nil
            }
            bounds.append(Bound(comparison: comparison ?? .equal, version: version))
        }
        guard bounds.count <= 8 else { return nil }
        description = text
        self.bounds = bounds
    }

    /// Whether a version is within all bounds.
    public func contains(_ version: FirmwareVersion) -> Bool {
        bounds.allSatisfy { bound in
            switch bound.comparison {
            case .atLeast: version >= bound.version
            case .atMost: version <= bound.version
            case .above: version > bound.version
            case .below: version < bound.version
            case .equal: version == bound.version
            }
        }
    }
}
