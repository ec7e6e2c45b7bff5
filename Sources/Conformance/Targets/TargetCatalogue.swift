// SPDX-License-Identifier: Apache-2.0

/// The simulators the kit can start.
enum TargetCatalogue {
    struct Entry: Sendable {
        let features: Set<TargetFeature>
        let start: @Sendable (TargetOptions) async throws -> any SimulatedTarget
    }

    /// The simulator of that name.
    static func entry(_ name: String) -> Entry? {
        if name == "line" { return LineTarget.entry }
        return nil
    }

    /// Names for messages.
    static let names = ["line"]
}
