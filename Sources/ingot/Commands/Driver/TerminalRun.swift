// SPDX-License-Identifier: Apache-2.0
import Conformance
import Foundation
import Synchronization

/// A run of the kit at a terminal: TAP on standard output, a line of progress on standard error.
struct TerminalRun {
    private let options: CheckOptions

    init(_ options: CheckOptions) { self.options = options }

    func run() async throws -> Report {
        let writer = Mutex(TAPWriter())
        var runner = Runner(options)
        let count = try runner.selection().count
        Output.standard.write(TAPWriter().head(count))
        let isTerminal = isatty(STDERR_FILENO) == 1
        let start = ContinuousClock.now
        runner.onProgress = { done, total, running in
            guard isTerminal else { return }
            let seconds = start.duration(to: .now).components.seconds
            Output.error.write("\r\u{1B}[K\(done)/\(total)  \(seconds) s  \(running)")
        }
        runner.onResult = { result in
            if isTerminal { Output.error.write("\r\u{1B}[K") }
            Output.standard.write(writer.withLock { $0.lines(result) })
        }
        let report = try await runner.run()
        if isTerminal { Output.error.write("\r\u{1B}[K") }
        Output.standard.write(TAPWriter().verdict(report))
        return report
    }
}
