// SPDX-License-Identifier: Apache-2.0

/// What a connection is to do, in order.
enum LineAction: Sendable, Equatable {
    case send([UInt8])
    /// One byte at a time, so far apart.
    case trickle([UInt8], every: Duration)
    case wait(Duration)
    /// Closes this side only.
    case closeOutput
    case close
    /// Ends the connection so that the peer sees a reset.
    case reset
    /// Ends every connection of the BMC so that their peers see a reset.
    case resetAll
}
