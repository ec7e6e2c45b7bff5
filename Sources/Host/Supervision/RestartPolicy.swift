// SPDX-License-Identifier: Apache-2.0

/// Decides when a plugin whose workers die gets another one. Pure: time is handed in, in nanoseconds.
struct RestartPolicy: Sendable {
    enum Decision: Equatable, Sendable {
        /// Start a new worker, not before this moment.
        case restart(notBefore: UInt64)
        /// No more workers for this library.
        case quarantine
    }

    private static let firstDelay: UInt64 = 200_000_000
    private static let longestDelay: UInt64 = 30_000_000_000
    /// So many crashes within the window are too many.
    static let tooMany = 5
    static let window: UInt64 = 600_000_000_000

    private var crashes: [UInt64] = []
    private var failures = 0

    /// A worker died by itself.
    mutating func crashed(at now: UInt64) -> Decision {
        crashes.removeAll { now &- $0 > Self.window }
        crashes.append(now)
        if crashes.count >= Self.tooMany { return .quarantine }
        return .restart(notBefore: now + Self.delay(crashes.count))
    }

    /// The last crashes turned out not to be the plugin's fault.
    mutating func forgive(_ count: Int) { crashes.removeLast(min(count, crashes.count)) }

    /// A worker could not be started or could not load the library.
    /// - Returns: when to try again.
    mutating func failed(at now: UInt64) -> UInt64 {
        failures += 1
        return now + Self.delay(failures)
    }

    /// A worker serves.
    mutating func served() { failures = 0 }

    /// 0.2 s, doubled for each further time, at most 30 s.
    private static func delay(_ count: Int) -> UInt64 {
        let doublings = min(max(count - 1, 0), 16)
        return min(firstDelay << UInt64(doublings), longestDelay)
    }
}
