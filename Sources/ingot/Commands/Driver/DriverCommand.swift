// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `ingot driver …`.
struct DriverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "driver", abstract: "Write, check and replay drivers.",
        subcommands: [
            DriverNew.self, DriverRecord.self, DriverReplay.self, DriverCompare.self, DriverCheck.self,
            DriverVerify.self,
        ])
}
