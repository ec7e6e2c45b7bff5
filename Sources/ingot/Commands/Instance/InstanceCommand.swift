// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `ingot instance …`.
struct InstanceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instance", abstract: "Operating systems on machines.",
        subcommands: [InstanceDeploy.self, InstanceList.self, InstanceShow.self, InstanceDelete.self])
}
