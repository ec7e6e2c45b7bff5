// SPDX-License-Identifier: Apache-2.0

/// All quirk rows, and which of them hold for a BMC.
public struct QuirkBook: Sendable {
    /// In the order of ids.
    public let rows: [QuirkRow]

    /// No rows.
    public init() { rows = [] }

    /// Rows of several files.
    /// - Throws: `QuirkError` when two rows have one id.
    public init(_ rows: [QuirkRow]) throws(QuirkError) {
        let sorted = rows.sorted { ($0.id, $0.file) < ($1.id, $1.file) }
        for (first, second) in zip(sorted, sorted.dropFirst()) where first.id == second.id {
            throw QuirkError(
                file: second.file, row: second.id, field: "id", problem: "is also the id of a row in \(first.file)")
        }
        self.rows = sorted
    }

    /// A row that fits, and the row that keeps it from being used, if any.
    public struct Match: Sendable, Equatable {
        public var row: QuirkRow
        public var overruledBy: QuirkRow?
    }

    /// The rows of a driver that fit, most special first.
    ///
    /// Of rows about one quirk the most special decides; of two quirks that exclude each other the one with the more
    /// special row is used. More special is, in this order: a site's row; more literal characters in the model's
    /// pattern; a firmware range; more literal characters in the vendor's pattern; `apply: false`; the lower id.
    public func matches(driver: String, identity: Capabilities.Identity) -> [Match] {
        let fitting = rows.filter { $0.driver == driver && $0.matches(identity) }
            .map { (row: $0, rank: Rank($0, identity)) }
            .sorted { ($0.rank, $1.row.id) > ($1.rank, $0.row.id) }
            .map(\.row)
        var decided: [QuirkRow] = []
        return fitting.map { row in
            let stronger = decided.first { other in
                other.quirk == row.quirk
                    || other.apply && row.apply
                        && (other.excludes.contains(row.quirk) || row.excludes.contains(other.quirk))
            }
            if stronger == nil { decided.append(row) }
            return Match(row: row, overruledBy: stronger)
        }
    }

    /// The quirks of a driver that are worth a try with a device that cannot be probed, in the order of their rows' ids.
    public func trials(driver: String) -> [String] {
        var quirks: [String] = []
        for row in rows where row.driver == driver && row.trial && row.apply && !quirks.contains(row.quirk) {
            quirks.append(row.quirk)
        }
        return quirks
    }

    private struct Rank: Comparable {
        private let values: [Int]

        init(_ row: QuirkRow, _ identity: Capabilities.Identity) {
            func literals(_ globs: [Glob], _ text: String?) -> Int {
                globs.filter { $0.matches(text ?? "") }.map(\.literalCount).max() ?? 0
            }
            values = [
                row.isSiteRow ? 1 : 0, literals(row.model, identity.model), row.firmware == nil ? 0 : 1,
                literals(row.vendor, identity.vendor), row.apply ? 0 : 1,
            ]
        }

        static func < (left: Rank, right: Rank) -> Bool { left.values.lexicographicallyPrecedes(right.values) }
    }
}

/// What is wrong in a quirk file, and where.
public struct QuirkError: Error, Sendable, Equatable, CustomStringConvertible {
    public var file: String
    /// The row's id; its number, such as `#3`, when it has none; nil when the whole file is at fault.
    public var row: String?
    public var field: String?
    public var problem: String

    public init(file: String, row: String? = nil, field: String? = nil, problem: String) {
        self.file = file
        self.row = row
        self.field = field
        self.problem = problem
    }

    public var description: String {
        [file, row.map { "row \($0)" }, field.map { "\"\($0)\"" }].compactMap { $0 }.joined(separator: ": ")
            + " " + problem
    }
}
