// SPDX-License-Identifier: Apache-2.0

/// What an operator says about one machine's quirks, against what the rows say.
public struct QuirkOverride: Sendable, Equatable, Codable {
    /// Quirks to use although no row asks for them.
    public var add: [String]
    /// Quirks not to use although a row does.
    public var remove: [String]

    public init(add: [String] = [], remove: [String] = []) {
        self.add = add
        self.remove = remove
    }

    public var isEmpty: Bool { add.isEmpty && remove.isEmpty }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        add = try container.decodeIfPresent([String].self, forKey: .add) ?? []
        remove = try container.decodeIfPresent([String].self, forKey: .remove) ?? []
    }
}

/// A quirk of one machine, why it came up, and whether the driver was told.
public struct AppliedQuirk: Sendable, Equatable, Codable {
    public enum State: String, Sendable, Codable {
        /// The driver was opened with it.
        case applied
        /// The driver was opened with it, because the device could not be probed without.
        case tried
        /// The operator does not want it.
        case removed
        /// A more special row says otherwise.
        case overruled
        /// The driver's schema does not have the name.
        case unknown
    }

    /// Whether the driver was told.
    public var isInUse: Bool { state == .applied || state == .tried }

    public var quirk: String
    public var state: State
    /// The row that asks for it; nil when an operator does.
    public var row: String?
    /// One sentence for a person.
    public var reason: String

    public init(quirk: String, state: State, row: String? = nil, reason: String) {
        self.quirk = quirk
        self.state = state
        self.row = row
        self.reason = reason
    }
}

/// Decides on the quirks of one device: rows that match, the configuration's own, and the operator's word.
public struct QuirkChoice: Sendable, Equatable {
    /// Everything that came up, each quirk's deciding entry first.
    public let quirks: [AppliedQuirk]

    /// What the driver is opened with, sorted.
    public var names: [String] { Set(quirks.filter(\.isInUse).map(\.quirk)).sorted() }

    /// - Parameters:
    ///   - matches: of the rows, most special first.
    ///   - configured: the `quirks` of the device's own configuration.
    ///   - known: the names that the driver's schema has.
    ///   - tried: the one that was found by trial.
    public init(
        matches: [QuirkBook.Match], configured: [String], override: QuirkOverride, known: [String], tried: String? = nil
    ) {
        var quirks: [AppliedQuirk] = []
        func add(_ quirk: String, row: String?, reason: String, state: AppliedQuirk.State = .applied) {
            let decided: AppliedQuirk.State =
                override.remove.contains(quirk) ? .removed : !known.contains(quirk) ? .unknown : state
            quirks.append(AppliedQuirk(quirk: quirk, state: decided, row: row, reason: reason))
        }
        for name in configured { add(name, row: nil, reason: "in the machine's configuration") }
        for name in override.add where !configured.contains(name) {
            add(name, row: nil, reason: "added for this machine")
        }
        for match in matches {
            if let stronger = match.overruledBy {
                guard match.row.apply, !(stronger.apply && stronger.quirk == match.row.quirk) else { continue }
                add(match.row.quirk, row: match.row.id, reason: "row \(stronger.id) says otherwise", state: .overruled)
            } else if match.row.apply {
                add(match.row.quirk, row: match.row.id, reason: match.row.summary)
            }
        }
        if let tried, !quirks.contains(where: { $0.quirk == tried && $0.state == .applied }) {
            add(tried, row: nil, reason: "found by trial: the device cannot be probed without it", state: .tried)
        }
        self.quirks = quirks
    }
}
