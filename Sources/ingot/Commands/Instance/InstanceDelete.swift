// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import NIOHTTP1

/// `ingot instance delete`.
struct InstanceDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Release the machine of an instance.")

    @Argument(help: "The instance's name.")
    var name: String

    @Flag(help: "Go on when the BMC does not answer, and abort a deployment that is under way.")
    var force = false

    @OptionGroup var wait: WaitOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let client = try options.client()
        let job = try await client.start(
            .DELETE, ["instances", name], query: force ? [("force", "true")] : [])
        try await wait.finish(job, client: client, format: options.output)
    }
}
