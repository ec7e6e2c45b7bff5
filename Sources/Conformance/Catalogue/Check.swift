// SPDX-License-Identifier: Apache-2.0
internal import PluginAPI

/// One requirement on drivers, and the code that finds out whether it is met.
public struct Check: Sendable {
    public enum Level: String, Sendable {
        case must = "MUST"
        case should = "SHOULD"
    }

    /// What the check does to a machine.
    public enum Hazard: String, Sendable, CaseIterable {
        case none
        case reboots
        case destructive
    }

    public enum Group: String, Sendable, CaseIterable {
        case library
        case open
        case power
        case readers
        case faults
        case concurrency
        /// Written as text, by whoever gave it.
        case script
    }

    /// Where a check can be made.
    public enum Place: String, Sendable, CaseIterable {
        case library
        case simulator
        case replay
        case hardware
    }

    /// The number in the list of requirements; stays the same for ever.
    public let number: Int
    /// Kebab-case name; stays the same for ever.
    public let id: String
    /// The requirement in one sentence.
    public let requirement: String
    public let level: Level
    public let group: Group
    /// Interfaces the driver must list; without one of them the check does not concern it.
    public let needs: [String]
    public let hazard: Hazard
    public let places: Set<Place>
    /// What the target's protocol must have; otherwise the check does not concern it.
    let features: Set<TargetFeature>
    /// The body may take this long on an idle machine.
    let limit: Duration
    let body: @Sendable (CheckRun) async throws -> Void

    init(
        _ number: Int, _ id: String, _ requirement: String, _ group: Group, level: Level = .must,
        needs: [String] = [], features: Set<TargetFeature> = [], hazard: Hazard = .none,
        places: Set<Place> = [.simulator], limit: Duration = .seconds(60),
        body: @escaping @Sendable (CheckRun) async throws -> Void
    ) {
        self.number = number
        self.id = id
        self.requirement = requirement
        self.level = level
        self.group = group
        self.needs = needs
        self.features = features
        self.hazard = hazard
        self.places = places
        self.limit = limit
        self.body = body
    }

    /// Short names of the interfaces in `needs`, such as `power`.
    public var interfaces: [String] { needs.map(Interface.name) }
}

/// Interfaces by their short names.
public enum Interface {
    static let driver = INGOT_DRIVER
    static let power = INGOT_POWER
    static let boot = INGOT_BOOT
    static let sensors = INGOT_SENSORS
    static let inventory = INGOT_INVENTORY
    static let eventLog = INGOT_EVENTLOG
    static let console = INGOT_CONSOLE
    static let firmware = INGOT_FIRMWARE
    static let media = INGOT_MEDIA
    static let sweep = INGOT_SWEEP
    static let vendor = INGOT_VENDOR
    static let installer = INGOT_INSTALLER

    /// `ingot.power/1` is `power`.
    public static func name(_ id: String) -> String {
        guard id.hasPrefix("ingot."), let slash = id.firstIndex(of: "/") else { return id }
        return String(id[..<slash].dropFirst(6))
    }
}
