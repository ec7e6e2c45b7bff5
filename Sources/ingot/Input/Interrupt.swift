// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation

/// What happens on Ctrl-C while a command waits for a job.
enum Interrupt {
    /// Runs the body; on SIGINT says that the job goes on, and ends the process as the signal would.
    static func watch(job: String, _ body: () async throws -> Void) async throws {
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            Output.error.line("\njob \(Terminal.printable(job)) goes on; watch it with: ingot job watch \(job)")
            signal(SIGINT, SIG_DFL)
            raise(SIGINT)
        }
        source.resume()
        defer {
            source.cancel()
            signal(SIGINT, SIG_DFL)
        }
        try await body()
    }
}
