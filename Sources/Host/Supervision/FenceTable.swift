// SPDX-License-Identifier: Apache-2.0

/// Remembers which devices killed or blocked a worker, and fences off those that do it again and again while other
/// devices of the plugin work. Pure: time is handed in, in nanoseconds.
struct FenceTable: Sendable {
    struct Fence: Sendable, Equatable {
        let until: UInt64
        let reason: String
        /// Convictions that led to it.
        let convictions: Int
    }

    private struct Record {
        var convictions: [UInt64] = []
        var hasOtherAnswered = false
        var fence: Fence?
        var fences = 0
    }

    /// So many convictions within the window are too many.
    static let tooMany = 3
    static let window: UInt64 = 600_000_000_000
    private static let firstFence: UInt64 = 300_000_000_000
    private static let longestFence: UInt64 = 3_600_000_000_000

    private var records: [String: Record] = [:]

    var isEmpty: Bool { records.isEmpty }

    /// A call on this device killed or blocked a worker.
    /// - Returns: the fence, if one follows. Alone among devices that never answer it is not the device's fault.
    mutating func convict(_ device: String, of what: String, at now: UInt64) -> Fence? {
        var record = records[device] ?? Record()
        defer { records[device] = record }
        record.convictions.removeAll { now &- $0 > Self.window }
        record.convictions.append(now)
        // A device that was fenced before gets one chance, not three.
        let limit = record.fences > 0 ? 1 : Self.tooMany
        guard record.hasOtherAnswered, record.convictions.count >= limit else { return nil }
        let length = min(Self.firstFence << UInt64(min(record.fences, 8)), Self.longestFence)
        let fence = Fence(until: now + length, reason: what, convictions: record.convictions.count)
        record.fence = fence
        record.fences += 1
        record.convictions = []
        return fence
    }

    /// A device answered a call: the plugin works, whatever the others do to it.
    mutating func answered(_ device: String) {
        for other in records.keys where other != device { records[other]?.hasOtherAnswered = true }
    }

    /// The fence around a device now.
    func fence(_ device: String, at now: UInt64) -> Fence? {
        guard let fence = records[device]?.fence, fence.until > now else { return nil }
        return fence
    }
}
