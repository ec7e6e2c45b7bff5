// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Foundation

/// Options that every command which talks to the server has.
struct GlobalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The server; else $INGOT_SERVER.", valueName: "url"))
    var server = ProcessInfo.processInfo.environment["INGOT_SERVER"] ?? "http://127.0.0.1:7480"

    @Option(
        help: ArgumentHelp(
            "File with the bearer token; else $INGOT_TOKEN, $INGOT_TOKEN_FILE, or the token of a local server.",
            valueName: "file"))
    var tokenFile: String?

    @Option(name: [.short, .long], help: "How to print results: table, json or yaml.")
    var output = OutputFormat.table

    /// A client for the server that was named.
    func client() throws -> APIClient {
        let token = try TokenSource.token(file: tokenFile, environment: ProcessInfo.processInfo.environment)
        return try APIClient(server: server, token: token)
    }
}

/// Options of commands that start a job.
struct WaitOptions: ParsableArguments {
    @Flag(help: "Print the job's identifier and do not wait for its end.")
    var noWait = false

    @Option(help: ArgumentHelp("Stop waiting after this many seconds (exit code 7); the job goes on.", valueName: "s"))
    var timeout: Double?

    func validate() throws {
        if let timeout, !(timeout > 0) { throw ValidationError("--timeout must be more than 0 seconds") }
    }

    /// Waits for a job that was just started, or prints its identifier.
    func finish(_ job: String, client: APIClient, format: OutputFormat) async throws {
        let printer = Output.standard
        guard !noWait else {
            printer.print(.object(["job": .string(job)]), format) { Terminal.printable(job) }
            return
        }
        let watcher = JobWatcher(client: client, output: .error, limit: timeout)
        try await Interrupt.watch(job: job) {
            try await watcher.finish(job, format: format, printer: printer)
        }
    }
}
