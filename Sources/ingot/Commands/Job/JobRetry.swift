// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import NIOHTTP1

/// `ingot job retry`.
struct JobRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Order a failed or aborted job again.")

    @Argument(help: "The job's identifier.")
    var id: String

    @OptionGroup var wait: WaitOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let client = try options.client()
        let answer = try await client.send(.POST, ["jobs", id, "retry"])
        let job = answer["job"].text ?? answer["job"]["id"].text ?? answer["id"].text ?? id
        try await wait.finish(job, client: client, format: options.output)
    }
}
