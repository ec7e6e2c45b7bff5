// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import NIOHTTP1

/// `ingot machine delete`.
struct MachineDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Give up a machine. It keeps its power state.")

    @Argument(help: "The machine's name.")
    var name: String

    @Flag(help: "Also when it has an instance or a job: the job is aborted, the instance forgotten.")
    var force = false

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let answer = try await options.client().send(
            .DELETE, ["machines", name], query: force ? [("force", "true")] : [])
        Output.standard.print(answer, options.output) { "machine \(Terminal.printable(name)) deleted" }
    }
}
