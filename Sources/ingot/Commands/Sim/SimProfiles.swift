// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import IPMISimulator
import OutletSimulator
import RedfishSimulator

/// `ingot sim profiles`.
struct SimProfiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles", abstract: "List the makers' shapes that a simulated BMC can have.",
        discussion: "With the behaviours that a driver must know, by the names of its quirks.")

    func run() throws { Output.standard.line(Self.table().rendered()) }

    static func table() -> Table {
        var table = Table(["KIND", "NAME", "WHAT IT IS LIKE", "BEHAVIOURS"])
        for profile in IPMIProfile.all {
            add(.ipmi, profile.name, profile.summary, profile.behaviours.map(\.rawValue))
        }
        for profile in RedfishProfile.all {
            add(.redfish, profile.name, profile.summary, profile.behaviours.map(\.rawValue))
        }
        for model in OutletModel.all { add(.outlet, model.name, model.description, []) }
        func add(_ kind: SimBMCKind, _ name: String, _ summary: String, _ behaviours: [String]) {
            table.add([kind.rawValue, name, summary, behaviours.sorted().joined(separator: " ")])
        }
        return table
    }
}
