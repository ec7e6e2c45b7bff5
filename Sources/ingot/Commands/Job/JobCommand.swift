// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `ingot job …`.
struct JobCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Durable pieces of work on machines.",
        subcommands: [JobList.self, JobShow.self, JobWatch.self, JobRetry.self, JobAbort.self])
}
