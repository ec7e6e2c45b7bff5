// SPDX-License-Identifier: Apache-2.0
private import Foundation
internal import Host
private import Logging
private import Trace

/// Check 72.
enum ReplayChecks {
    static func replay(_ run: CheckRun) async throws {
        guard case .replay(let path) = run.options.target else { throw CheckStop.trouble("no trace") }
        guard let manifest = run.options.manifest else {
            throw CheckStop.skipped("a replay needs the manifest; name one with --manifest")
        }
        let worker = URL(filePath: run.options.program).deletingLastPathComponent().appending(path: "ingot-worker")
        guard FileManager.default.isExecutableFile(atPath: worker.path(percentEncoded: false)) else {
            throw CheckStop.skipped("there is no ingot-worker beside ingot")
        }
        var logger = Logger(label: "kit")
        logger.logLevel = .critical
        var first: TraceFile?
        for round in 1...3 {
            let replay: Replay
            do {
                let trace = try ReplayTest(path: path).trace
                let plugin = try StagedPlugin(library: run.options.library, manifest: manifest)
                replay = try await DriverRun.replay(
                    trace, plugin: plugin, workerPath: worker.path(percentEncoded: false), logger: logger)
            } catch let error as TraceError { throw CheckStop.skipped(error.message) }
            let different = replay.comparison.rows.filter { !$0.differences.isEmpty }
            try require(
                different.isEmpty, "round \(round): every call comes out as recorded",
                different.prefix(3).map { "\($0.title): \($0.differences.joined(separator: ", "))" }.joined(
                    separator: "; "))
            if let first {
                try require(
                    first.entries.count == replay.trace.entries.count, "each replay says the same",
                    "\(replay.trace.entries.count) entries, \(first.entries.count) before")
            }
            first = replay.trace
            run.note("\(replay.comparison.rows.count) calls")
        }
    }
}
