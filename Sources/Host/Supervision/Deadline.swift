// SPDX-License-Identifier: Apache-2.0
private import CLinux

/// A moment on CLOCK_MONOTONIC, the clock that host, worker and plugin share.
struct Deadline: Sendable, Comparable {
    /// Nanoseconds.
    let at: UInt64

    static var now: Deadline { Deadline(at: clinux_monotonic_ns()) }

    /// The moment this long from now; a negative or enormous duration is clamped.
    static func after(_ duration: Duration) -> Deadline { now + duration }

    static func + (moment: Deadline, duration: Duration) -> Deadline {
        Deadline(at: moment.at.addingReportingOverflow(duration.nanoseconds).partialValue)
    }

    static func < (left: Deadline, right: Deadline) -> Bool { left.at < right.at }

    /// How long until then; zero when it has passed.
    var remaining: Duration {
        let now = clinux_monotonic_ns()
        return .nanoseconds(Int64(clamping: at > now ? at - now : 0))
    }

    var hasPassed: Bool { at <= clinux_monotonic_ns() }
}

extension Duration {
    /// Whole nanoseconds, clamped to zero and to a year.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let limit: UInt64 = 365 * 86_400
        guard UInt64(seconds) < limit else { return limit * 1_000_000_000 }
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
