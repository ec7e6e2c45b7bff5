// SPDX-License-Identifier: GPL-3.0-or-later

/// libfreeipmi's two time limits, in milliseconds, made from the time a call has left.
struct SessionTiming: Equatable {
    /// No answer for this long ends the session.
    var session: UInt32
    /// No answer for this long sends the request again.
    var retransmission: UInt32

    /// How requests that got no answer are treated.
    enum Repetition {
        /// They are sent again: for reading, and for what may be done twice.
        case allowed
        /// They are not: a reset that is sent again may reset twice, since each copy is a new request to the BMC.
        ///
        /// libfreeipmi always sends again when its limit is reached, the session's included. So the limits lie behind the
        /// call's deadline, at which the host interrupts the thread and the wait ends without another copy.
        case never
    }

    init(remaining: Duration, _ repetition: Repetition) {
        let (seconds, attoseconds) = remaining.components
        let left = Int64(clamping: seconds) &* 1000 &+ attoseconds / 1_000_000_000_000_000
        let usable = min(max(left, 0), 86_400_000) - 200
        switch repetition {
        case .allowed:
            // Leaves time for a second login when the BMC has forgotten the session.
            session = UInt32(min(max(usable * 2 / 5, 150), 5_000))
            retransmission = min(max(session / 8, 50), 500)
        case .never:
            session = UInt32(usable + 200 + 10_000)
            retransmission = session - 1
        }
    }
}
