// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import NIOHTTP1

/// `ingot job abort`.
struct JobAbort: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "abort", abstract: "Stop a job where it is.")

    @Argument(help: "The job's identifier.")
    var id: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let answer = try await options.client().send(.POST, ["jobs", id, "abort"])
        Output.standard.print(answer, options.output) { "job \(Terminal.printable(id)) aborted" }
    }
}
