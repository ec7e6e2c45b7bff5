// SPDX-License-Identifier: Apache-2.0

/// Lets one event through per interval and counts the ones in between.
struct EventThrottle {
    private var last: Timestamp?
    private var count = 0
    private let interval: Int64

    /// `interval` is in milliseconds.
    init(interval: Int64 = 1000) {
        self.interval = interval
    }

    /// Counts one event; returns the number of events since the last one let through, or nil to stay silent.
    mutating func admit(at now: Timestamp) -> Int? {
        count += 1
        if let last, now >= last, now.milliseconds &- last.milliseconds < interval { return nil }
        last = now
        defer { count = 0 }
        return count
    }
}
