// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// A report of the installation agent: the body it posts, with a member `report` that says where it was posted to.
struct AgentReport: Decodable {
    /// The agent's requests (`POST /agent/v1/…`).
    enum Kind: String, Decodable {
        case inventory
        case begin
        case progress
        case complete
        case failed
    }

    /// How far the installation is, in Ingot's words.
    struct Phase: Encodable, Equatable {
        var phase: String
        /// Thousandths of this phase.
        var permille: Int?
        var code: String?
        var message: String?
    }

    private var report: Kind
    private var phaseName: String?
    private var permille: Int?
    private var code: String?
    private var reason: String?

    private enum CodingKeys: String, CodingKey {
        case report
        case phaseName = "phase"
        case permille
        case code
        case reason
    }

    private static let phases: Set<String> = ["writing", "verifying", "seeding"]

    /// Reads a report. Throws `invalid` naming the member.
    init(json: String) throws(PluginError) {
        self = try JSONText.decode(AgentReport.self, from: json, as: "report")
        guard report == .progress else { return }
        guard let phaseName, Self.phases.contains(phaseName) else {
            throw .invalid(field: "phase", "is not writing, verifying or seeding")
        }
        guard let permille, (0...1000).contains(permille) else {
            throw .invalid(field: "permille", "is not 0 to 1000")
        }
    }

    /// What it means for the installation.
    var phase: Phase {
        switch report {
        case .inventory: Phase(phase: "inventory")
        case .begin: Phase(phase: "starting")
        case .progress: Phase(phase: phaseName ?? "writing", permille: permille)
        case .complete: Phase(phase: "complete", permille: 1000)
        case .failed: Phase(phase: "failed", code: Self.shown(code), message: Self.shown(reason))
        }
    }

    /// Text from the machine, without control characters and not longer than a line.
    private static func shown(_ text: String?) -> String? {
        guard let text else { return nil }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(500) {
            shown.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(shown)
    }
}
