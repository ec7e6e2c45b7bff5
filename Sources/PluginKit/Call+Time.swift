// SPDX-License-Identifier: Apache-2.0
import Glibc
import PluginAPI

extension Call {
    /// A descriptor that becomes readable on cancel or deadline, to be polled beside other descriptors; never read or
    /// close it. Negative when there is none.
    public var cancelDescriptor: Int32 { raw.pointee.cancel_fd }

    /// Time until the deadline; zero when it has passed.
    public var remaining: Duration {
        let now = Self.monotonicNanoseconds()
        let deadline = raw.pointee.deadline_ns
        guard deadline > now else { return .zero }
        return .nanoseconds(Int64(clamping: deadline - now))
    }

    /// The host asked to stop, or the deadline has passed.
    public var isCancelled: Bool {
        if let cancelled = function(\.cancelled), cancelled(raw) != 0 { return true }
        return remaining == .zero
    }

    /// Throws `timeout` once the deadline has passed and `cancelled` when the host asked to stop.
    public func checkCancelled() throws(PluginError) {
        guard isCancelled else { return }
        throw stopReason
    }

    /// What a function that was interrupted should report.
    public var stopReason: PluginError {
        remaining == .zero
            ? PluginError(.timeout, "the deadline passed", retryable: true)
            : PluginError(.cancelled, "the call was cancelled", retryable: true)
    }

    /// Waits for `duration`, but not past the deadline; throws as `checkCancelled` does as soon as there is a reason.
    public func pause(_ duration: Duration) throws(PluginError) {
        let end = ContinuousClock.now + duration
        while true {
            try checkCancelled()
            let left = min(ContinuousClock.now.duration(to: end), remaining)
            guard left > .zero else { break }
            _ = waitReadable(descriptors: [], for: left)
        }
        try checkCancelled()
    }

    /// Waits until one of the descriptors is readable, the call is cancelled or the time is over.
    ///
    /// Returns the descriptors that are readable or failed; an interrupted wait returns none.
    public func waitReadable(descriptors: [Int32], for duration: Duration) -> [Int32] {
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        if cancelDescriptor >= 0 {
            polled.append(pollfd(fd: cancelDescriptor, events: Int16(POLLIN), revents: 0))
        }
        let milliseconds = min(duration, remaining).wholeMilliseconds
        guard poll(&polled, nfds_t(polled.count), Int32(clamping: milliseconds)) > 0 else { return [] }
        return polled.prefix(descriptors.count).filter { $0.revents != 0 }.map(\.fd)
    }

    private static func monotonicNanoseconds() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
    }
}
