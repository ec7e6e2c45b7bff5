// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import RedfishSimulator

/// `ingot sim profiles`.
struct SimProfiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles", abstract: "List the vendors' shapes that a simulated Redfish BMC can have.",
        discussion: "With the behaviours that a driver must know, by the names of its quirks.")

    func run() throws { Output.standard.line(Self.table().rendered()) }

    static func table() -> Table {
        var table = Table(["NAME", "WHAT IT IS LIKE", "BEHAVIOURS"])
        for profile in RedfishProfile.all {
            table.add([
                profile.name, profile.summary, profile.behaviours.map(\.rawValue).sorted().joined(separator: " "),
            ])
        }
        return table
    }
}
