// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `ingot job watch`.
struct JobWatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow a job to its end.",
        discussion: "The exit code is 0 when the job succeeded, 1 when it failed or was aborted.")

    @Argument(help: "The job's identifier.")
    var id: String

    @Option(help: ArgumentHelp("Stop after this many seconds (exit code 7); the job goes on.", valueName: "s"))
    var timeout: Double?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let machineReadable = options.output != .table
        let watcher = JobWatcher(
            client: try options.client(), output: machineReadable ? .error : .standard, limit: timeout)
        let json = try await watcher.follow(id)
        if machineReadable { Output.standard.print(json, options.output) }
        try JobWatcher.check(json)
    }
}
