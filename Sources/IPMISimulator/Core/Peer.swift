// SPDX-License-Identifier: Apache-2.0

/// Where a datagram came from; the core only compares it.
struct Peer: Sendable, Hashable {
    /// 4 or 16 bytes.
    var address: [UInt8]
    var port: UInt16
}

/// What a BMC wants done.
enum BMCAction: Sendable, Equatable {
    case send([UInt8], to: Peer)
    /// Type this at the machine's serial line.
    case type([UInt8])
    /// Send a break on the machine's serial line.
    case makeBreak
}
