// SPDX-License-Identifier: Apache-2.0

/// One row of a quirk file: on which BMCs a driver has to do something another way, and how that is known.
public struct QuirkRow: Sendable, Equatable {
    /// Unique among all files.
    public var id: String
    /// The driver that is to be told.
    public var driver: String
    /// A name in the `quirks` enumeration of the driver's configuration schema.
    public var quirk: String
    /// Fit the machine's vendor; empty fits any, also one that is not known.
    public var vendor: [Glob]
    /// Fit the machine's model; empty fits any, also one that is not known.
    public var model: [Glob]
    /// The BMC's firmware; with a range, a BMC that does not tell its version does not fit.
    public var firmware: FirmwareRange?
    /// false says that the quirk is *not* needed where a less special row says it is.
    public var apply: Bool
    /// Quirks that make no sense beside this one.
    public var excludes: [String]
    /// Worth a try with a device that answers its first probe with nonsense, and so does not tell who it is.
    public var trial: Bool
    /// What the BMC does, in one sentence.
    public var summary: String
    /// A URL or repository path that shows it.
    public var source: String
    /// The simulator's behaviour or profile that fails without the quirk.
    public var simulator: String
    /// The file it stands in, for messages.
    public var file: String
    /// Added by this site, not shipped with Ingot.
    public var isSiteRow: Bool

    public init(
        id: String, driver: String, quirk: String, vendor: [Glob] = [], model: [Glob] = [],
        firmware: FirmwareRange? = nil, apply: Bool = true, excludes: [String] = [], trial: Bool = false,
        summary: String, source: String, simulator: String, file: String = "", isSiteRow: Bool = false
    ) {
        self.id = id
        self.driver = driver
        self.quirk = quirk
        self.vendor = vendor
        self.model = model
        self.firmware = firmware
        self.apply = apply
        self.excludes = excludes
        self.trial = trial
        self.summary = summary
        self.source = source
        self.simulator = simulator
        self.file = file
        self.isSiteRow = isSiteRow
    }

    /// Whether the row speaks of such a BMC.
    public func matches(_ identity: Capabilities.Identity) -> Bool {
        func fits(_ globs: [Glob], _ text: String?) -> Bool {
            guard !globs.isEmpty else { return true }
            guard let text else { return false }
            return globs.contains { $0.matches(text) }
        }
        guard fits(vendor, identity.vendor), fits(model, identity.model) else { return false }
        guard let firmware else { return true }
        guard let version = identity.firmware.flatMap(FirmwareVersion.init) else { return false }
        return firmware.contains(version)
    }

    /// What it looks for, for a person: `Dell*, PowerEdge*, firmware >=1.10`.
    public var match: String {
        func text(_ globs: [Glob]) -> String? {
            globs.isEmpty ? nil : globs.map(\.description).joined(separator: " or ")
        }
        return [text(vendor), text(model), firmware.map { "firmware \($0)" }].compactMap { $0 }
            .joined(separator: ", ")
    }
}
