// SPDX-License-Identifier: Apache-2.0

/// The simulators the kit can start.
enum TargetCatalogue {
    struct Entry: Sendable {
        let features: Set<TargetFeature>
        let start: @Sendable (TargetOptions) async throws -> any SimulatedTarget
    }

    /// The simulator of that name.
    static func entry(_ name: String) -> Entry? {
        switch name {
        case "line": LineTarget.entry
        case "openipmi": OpenIPMITarget.entry
        default: IPMITarget.entry(name) ?? RedfishTarget.entry(name) ?? OutletTarget.entry(name)
        }
    }

    /// Names for messages.
    static var names: [String] {
        ["line", "ipmi", "ipmi-c3", "ipmi-c17", "openipmi"] + RedfishTarget.names + OutletTarget.names
    }
}
