// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The `ingot` command.
@main
struct Ingot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingot",
        abstract: "Turns racked, powered, networked servers into running hosts.",
        discussion: CommandExit.helpText,
        version: Version.current,
        subcommands: [
            Serve.self, MachineCommand.self, ImageCommand.self, InstanceCommand.self, JobCommand.self,
            PluginCommand.self, DriverCommand.self, QuirksCommand.self, SimCommand.self, VersionCommand.self,
        ])

    /// Runs the command line and ends the process with one of the documented exit codes.
    static func main() async {
        let end: ProcessEnd
        do {
            var command = try parseAsRoot(DriverScope.marked(Array(CommandLine.arguments.dropFirst())))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            end = ProcessEnd(exit: .ok)
        } catch {
            end = ProcessEnd(error)
        }
        end.finish()
    }
}
