// SPDX-License-Identifier: Apache-2.0

/// An address given to a machine for a time.
public struct DHCPLease: Hashable, Codable, Sendable {
    /// The machine.
    public var mac: MACAddress
    /// Its address.
    public var address: IPv4Address
    /// When the lease was last acknowledged.
    public var granted: Timestamp
    /// When the address is free again; the same as the time of a release after one.
    public var expires: Timestamp

    /// Describes a lease.
    public init(mac: MACAddress, address: IPv4Address, granted: Timestamp, expires: Timestamp) {
        self.mac = mac
        self.address = address
        self.granted = granted
        self.expires = expires
    }
}

/// Keeps leases on stable storage. A machine has at most one lease: saving one replaces the one before.
public protocol LeaseStore: Sendable {
    /// The leases that were saved, read once at start.
    func leases() async throws -> [DHCPLease]

    /// Saves leases and returns only when they would survive a power cut; none of them is acknowledged before.
    func save(_ leases: [DHCPLease]) async throws
}
