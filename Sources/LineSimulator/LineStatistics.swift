// SPDX-License-Identifier: Apache-2.0

/// What clients did with a practice BMC.
public struct LineStatistics: Sendable, Equatable {
    /// Connections that were taken.
    public var connections = 0
    /// Successful and refused logins.
    public var logins = 0
    public var refusedLogins = 0
    /// Sessions that count against the limit now.
    public var sessions = 0
    /// Requests that arrived, by their first word.
    public var requests: [String: Int] = [:]
    /// Requests that arrived and were no request of the protocol.
    public var malformed = 0

    public init() {}

    /// Requests that change something: `power`, `boot`, `log`.
    public var changes: Int { ["power", "boot", "log clear"].reduce(0) { $0 + requests[$1, default: 0] } }
}
