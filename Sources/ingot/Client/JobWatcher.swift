// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation

/// Follows a job to its end and shows how it gets on.
struct JobWatcher {
    let client: APIClient
    /// Where progress is drawn.
    let output: Output
    /// Seconds to wait for the end; nil waits for ever.
    var limit: Double?
    /// Seconds without a server after which watching ends.
    var patience: Double = 120

    /// Shows the job until it has ended and returns its last state.
    ///
    /// - Parameter onEvent: called with each new event, in order.
    /// - Throws: `CommandError`; `.timeout` when the limit passes first. The job goes on then.
    func follow(_ id: String, onEvent: (JobEvent) -> Void = { _ in }) async throws -> JSONValue {
        var renderer = ProgressRenderer(terminal: output.terminal)
        var sequence: Int64 = 0
        var lostSince: Date?
        let start = Date()
        while true {
            try Task.checkCancellation()
            let remaining = limit.map { $0 - Date().timeIntervalSince(start) }
            if let remaining, remaining <= 0 {
                throw CommandError(
                    .timeout, "job \(id) has not ended within \(Units.duration(limit ?? 0)); it goes on")
            }
            do {
                let wait = max(1, min(output.terminal.isInteractive ? 1 : 20, Int(remaining ?? 20)))
                let (events, json) = try await client.events(job: id, after: sequence, wait: wait)
                let fresh = events.filter { $0.sequence > sequence }
                sequence = fresh.map(\.sequence).max() ?? sequence
                let job = try JobView(json)
                for event in fresh { onEvent(event) }
                output.write(renderer.update(job, events: fresh, now: Date()))
                lostSince = nil
                // An answer that neither waited nor brought news must not become a busy loop.
                if job.isFinished { return json }
                if fresh.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
            } catch let error as CommandError where error.exit == .unreachable || error.exit == .timeout {
                let since = lostSince ?? Date()
                if lostSince == nil {
                    output.write(renderer.notice("\(error.message); trying again", now: Date()))
                }
                lostSince = since
                guard Date().timeIntervalSince(since) < patience else { throw error }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Follows the job, prints its end, and fails the command when the job did not succeed.
    func finish(_ id: String, format: OutputFormat, printer: Output) async throws {
        let json = try await follow(id)
        if format != .table { printer.print(json, format) }
        try Self.check(json)
    }

    /// Throws the job's own error when it has not succeeded.
    static func check(_ json: JSONValue) throws {
        let job = try JobView(json)
        switch job.state {
        case "succeeded": return
        case "aborted": throw CommandError(.failed, "job \(job.id) (\(job.title)) was aborted")
        default:
            throw CommandError(.failed, "job \(job.id) (\(job.title)) failed: \(job.error ?? "no reason given")")
        }
    }
}
