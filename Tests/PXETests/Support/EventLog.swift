// SPDX-License-Identifier: Apache-2.0
import PXE
import Synchronization
import Testing

/// Collects events and lets tests wait for one.
final class EventLog: Sendable {
    private let state = Mutex<[PXEEvent]>([])

    var events: [PXEEvent] { state.withLock { $0 } }

    func append(_ event: PXEEvent) { state.withLock { $0.append(event) } }

    /// Waits until an event fits, at most `seconds`.
    @discardableResult
    func wait(
        seconds: Int = 10, for what: String, where fits: (PXEEvent) -> Bool
    ) async throws -> PXEEvent {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            if let event = events.first(where: fits) { return event }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("no event: \(what); there were \(events.map(\.kind))")
        throw CancellationError()
    }
}
