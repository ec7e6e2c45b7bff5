// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control

/// `ingot job list`.
struct JobList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List jobs.")

    @Option(help: "Only this machine's.")
    var machine: String?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let jobs = try await options.client().list(
            ["jobs"], key: "jobs", query: machine.map { [("machine", $0)] } ?? [])
        try Output.standard.print(jobs, options.output) { try Self.table(jobs).rendered() }
    }

    /// The jobs as a table.
    static func table(_ jobs: JSONValue) throws -> Table {
        var table = Table(["ID", "KIND", "MACHINE", "INSTANCE", "STATE", "PHASE", ">DONE", "CREATED", "ABOUT"])
        for json in jobs.elements ?? [] {
            let job = try JobView(json)
            table.add([
                job.id, job.kind, job.machine, job.instance, job.state, job.phase, "\(job.permille / 10) %",
                job.created.map(Timestamp.text), job.error ?? job.waiting.map { "waiting for \($0.what)" },
            ])
        }
        return table
    }
}
