// SPDX-License-Identifier: Apache-2.0
import Testing

/// Waits until a condition holds; fails the test with what it was waiting for when it does not in time.
func eventually(
    _ what: String, within limit: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("waited \(limit) for: \(what)", sourceLocation: sourceLocation)
            throw TimedOut(what: what)
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// A condition that did not come true.
struct TimedOut: Error {
    let what: String
}
