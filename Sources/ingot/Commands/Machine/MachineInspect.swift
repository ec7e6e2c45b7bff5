// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import NIOHTTP1

/// `ingot machine inspect`.
struct MachineInspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Read the machine's hardware through its driver.")

    @Argument(help: "The machine's name.")
    var name: String

    @OptionGroup var wait: WaitOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let client = try options.client()
        let job = try await client.start(.POST, ["machines", name, "inspect"])
        try await wait.finish(job, client: client, format: options.output)
    }
}
