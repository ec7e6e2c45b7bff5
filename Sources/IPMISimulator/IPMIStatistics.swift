// SPDX-License-Identifier: Apache-2.0

/// What a BMC has seen and done.
public struct IPMIStatistics: Sendable, Equatable {
    /// A command by its numbers.
    public struct Command: Sendable, Hashable {
        public var networkFunction: UInt8
        public var command: UInt8

        public init(_ networkFunction: UInt8, _ command: UInt8) {
            self.networkFunction = networkFunction
            self.command = command
        }
    }

    /// Datagrams that reached the BMC, and that left it, after loss and before.
    public internal(set) var datagramsIn = 0
    public internal(set) var datagramsOut = 0
    /// Sessions that were ever opened completely.
    public internal(set) var sessionsOpened = 0
    /// Sessions that are open now, those half-way included.
    public internal(set) var sessionsOpen = 0
    /// The most that were open at a time.
    public internal(set) var sessionsPeak = 0
    /// The most that were logged in completely at a time.
    public internal(set) var sessionsActivePeak = 0
    /// Sessions that a client closed, its own or another's.
    public internal(set) var sessionsClosed = 0
    /// Those of them that were closed from another session, by Close Session.
    public internal(set) var sessionsClosedByOthers = 0
    /// Sessions that ended by themselves: time-out, restart, fault.
    public internal(set) var sessionsLost = 0
    /// Log-ins that the client did not go on with until their time was over.
    public internal(set) var loginsExpired = 0
    /// Log-ins that were tried, each once however often it was repeated.
    public internal(set) var loginsTried = 0
    /// Log-ins that were refused, or given up by the client after the BMC's challenge.
    public internal(set) var loginsFailed = 0
    /// How often each command was carried out, those outside a session included.
    public internal(set) var commands: [Command: Int] = [:]

    /// How often a command was carried out.
    public func count(_ networkFunction: UInt8, _ command: UInt8) -> Int {
        commands[Command(networkFunction, command)] ?? 0
    }
}
