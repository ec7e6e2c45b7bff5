// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `ingot sim …`.
struct SimCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sim", abstract: "Simulated hardware.",
        subcommands: [SimMachine.self, SimBMC.self, SimFaults.self, SimProfiles.self])
}
