// SPDX-License-Identifier: Apache-2.0

/// Counts something against a limit per second. Pure: time is handed in, in nanoseconds.
struct FloodMeter: Sendable {
    private let limit: Int
    private var windowStart: UInt64 = 0
    private var count = 0

    init(perSecond limit: Int) { self.limit = limit }

    /// Counts `amount` now.
    /// - Returns: false once the running second has more than the limit.
    mutating func take(_ amount: Int = 1, at now: UInt64) -> Bool {
        if now &- windowStart >= 1_000_000_000 {
            windowStart = now
            count = 0
        }
        count += min(amount, Int(Int32.max))
        return count <= limit
    }
}
