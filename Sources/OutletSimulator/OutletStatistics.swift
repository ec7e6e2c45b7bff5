// SPDX-License-Identifier: Apache-2.0
public import BMCModel

/// What a PDU has seen and done.
public struct OutletStatistics: Sendable, Equatable {
    /// One order to one outlet.
    public struct Order: Sendable, Equatable {
        /// Its number, from 1 on.
        public var outlet: Int
        /// `on`, `off` or `cycle`.
        public var action: PowerAction

        public init(outlet: Int, action: PowerAction) {
            self.outlet = outlet
            self.action = action
        }
    }

    /// So many orders are kept, the newest.
    static let limit = 1_024

    /// Datagrams that reached the agent, after loss.
    public internal(set) var datagramsIn = 0
    /// Datagrams that were no SNMP of version 1 or 2c.
    public internal(set) var malformed = 0
    /// Requests of an unknown community or a version that is switched off; they get no answer.
    public internal(set) var refused = 0
    /// Requests by their kind: Get, GetNext with GetBulk, Set.
    public internal(set) var gets = 0
    public internal(set) var walks = 0
    public internal(set) var sets = 0
    /// Orders that were taken, oldest first.
    public internal(set) var orders: [Order] = []
}
