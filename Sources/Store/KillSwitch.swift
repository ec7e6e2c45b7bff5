// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Ends this process with SIGKILL around the n-th write, to prove that a restart goes on from any point.
///
/// Set through the environment variable `INGOT_TEST_KILL` as `before:N` or `after:N`; counts from 1.
public final class KillSwitch: Sendable {
    /// On which side of the write the process dies.
    public enum Side: String, Sendable {
        /// The outside world has seen the effect, the journal has not.
        case before
        /// The journal has it, nothing was done about it yet.
        case after
    }

    private let side: Side
    private let target: Int
    private let count = Mutex(0)

    /// A switch that fires at write number `target`.
    public init(side: Side, target: Int) {
        self.side = side
        self.target = target
    }

    /// Reads the switch from its text form; nil when the text is absent or not of that form.
    public convenience init?(_ text: String?) {
        let parts = (text ?? "").split(separator: ":")
        guard parts.count == 2, let side = Side(rawValue: String(parts[0])), let target = Int(parts[1]) else {
            return nil
        }
        self.init(side: side, target: target)
    }

    func beforeWrite() {
        let number = count.withLock { count in
            count += 1
            return count
        }
        if side == .before, number == target { kill(getpid(), SIGKILL) }
    }

    func afterWrite() {
        if side == .after, count.withLock({ $0 }) >= target { kill(getpid(), SIGKILL) }
    }
}
