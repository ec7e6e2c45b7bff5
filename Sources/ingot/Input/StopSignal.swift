// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation

/// Waits for SIGTERM or SIGINT; from its making on, these signals no longer end the process by themselves.
final class StopSignal: Sendable {
    private let stream: AsyncStream<Void>
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        self.stream = stream
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
    }

    /// Returns when one of the signals has come, also when it came before.
    func wait() async {
        for await _ in stream { return }
    }
}
