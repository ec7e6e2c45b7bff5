// SPDX-License-Identifier: Apache-2.0

/// A DHCP server in reservation mode as a state machine: packets and the time in, actions out (RFC 2131 section 4.3).
///
/// Only machines that the lookup knows are answered, each with the one address that is reserved for it. An
/// acknowledgement leaves only after its lease was saved.
public struct DHCPServer: Sendable {
    /// What the server says to clients.
    public struct Configuration: Sendable {
        /// This server.
        public var site: BootSite
        /// The network that it serves.
        public var subnet: IPv4Subnet
        /// The default router.
        public var router: IPv4Address?
        /// The name servers.
        public var domainNameServers: [IPv4Address]
        /// The lease time.
        public var leaseSeconds: UInt32

        /// Describes a server.
        public init(
            site: BootSite, subnet: IPv4Subnet, router: IPv4Address? = nil, domainNameServers: [IPv4Address] = [],
            leaseSeconds: UInt32 = 3600
        ) {
            self.site = site
            self.subnet = subnet
            self.router = router
            self.domainNameServers = domainNameServers
            self.leaseSeconds = leaseSeconds
        }
    }

    /// Looks a machine up by its MAC address.
    public typealias Lookup = (MACAddress) -> EnrolledClient?

    /// Leases being saved at once; more requests are left to the clients' retransmissions.
    static let maximumPending = 4096
    /// How long an address that a client declined is not offered again, in milliseconds.
    static let declineMilliseconds: Int64 = 10_000

    /// What the server says to clients.
    public let configuration: Configuration
    var leases: [MACAddress: DHCPLease] = [:]
    var holders: [IPv4Address: MACAddress] = [:]
    var pending: [UInt64: Pending] = [:]
    var declined: [IPv4Address: Timestamp] = [:]
    var quiet: [MACAddress: EventThrottle] = [:]
    private var nextTicket: UInt64 = 0
    private var unknown = EventThrottle()
    private var malformed = EventThrottle()

    /// A lease on its way to the disk, and what follows when it is there.
    struct Pending: Sendable {
        var lease: DHCPLease
        var reply: DHCPAction?
        var event: PXEEvent
    }

    /// Makes a server that remembers these leases.
    public init(configuration: Configuration, leases: [DHCPLease] = []) {
        self.configuration = configuration
        for lease in leases.sorted(by: { $0.expires < $1.expires }) { remember(lease) }
    }

    /// The lease of a machine, active or not.
    public func lease(of mac: MACAddress) -> DHCPLease? { leases[mac] }

    /// Takes a datagram that came from `source`, port `port`.
    public mutating func receive(
        _ bytes: [UInt8], from source: IPv4Address, port: UInt16, now: Timestamp, lookup: Lookup
    ) -> [DHCPAction] {
        do throws(DHCPError) {
            return try handle(Query(packet: DHCPPacket(parsing: bytes), port: port, now: now), lookup)
        } catch {
            guard let count = malformed.admit(at: now) else { return [] }
            let kind = PXEEvent.Kind.dhcpMalformed(count: count, error: error)
            return [.event(PXEEvent(time: now, address: source, kind: kind))]
        }
    }

    /// Goes on after a lease was saved, or was not (`failure` says why): only in the first case the client hears of it.
    public mutating func leaseSaved(ticket: UInt64, failure: String?, now: Timestamp) -> [DHCPAction] {
        guard let entry = pending.removeValue(forKey: ticket) else { return [] }
        let lease = entry.lease
        if let failure {
            let kind = PXEEvent.Kind.dhcpFailed(reason: "the lease of \(lease.address) could not be saved: \(failure)")
            return [.event(PXEEvent(time: now, mac: lease.mac, address: lease.address, kind: kind))]
        }
        remember(lease)
        var event = entry.event
        event.time = now
        return (entry.reply.map { [$0] } ?? []) + [.event(event)]
    }

    /// Forgets the lease of a machine.
    public mutating func forget(_ mac: MACAddress) {
        guard let lease = leases.removeValue(forKey: mac) else { return }
        if holders[lease.address] == mac { holders[lease.address] = nil }
    }

    /// One client message with what belongs to it.
    struct Query {
        var packet: DHCPPacket
        var port: UInt16
        var now: Timestamp
    }

    private mutating func handle(_ query: Query, _ lookup: Lookup) throws(DHCPError) -> [DHCPAction] {
        let packet = query.packet
        guard packet.operation == .request else {
            throw DHCPError(field: .op, problem: .invalid("a reply was sent to the server port"))
        }
        guard packet.relayAddress.isUnspecified || configuration.subnet.containsHost(packet.relayAddress) else {
            throw DHCPError(
                field: .giaddr, problem: .invalid("\(packet.relayAddress) is not a host of \(configuration.subnet)"))
        }
        guard let client = lookup(packet.clientHardware) else {
            guard let count = unknown.admit(at: query.now) else { return [] }
            let kind = PXEEvent.Kind.dhcpUnknown(count: count)
            return [.event(PXEEvent(time: query.now, mac: packet.clientHardware, kind: kind))]
        }
        switch packet.messageType {
        case .discover: return try discover(query, client)
        case .request: return try request(query, client)
        case .inform: return try inform(query, client)
        case .decline: return decline(query, client)
        case .release: return release(query, client)
        case .offer, .acknowledge, .negativeAcknowledge, nil:
            throw DHCPError(field: .option(.messageType), problem: .invalid("a server's message from a client"))
        }
    }

    /// Keeps a reply until its lease is saved; none when too many wait.
    mutating func save(_ lease: DHCPLease, then reply: DHCPAction?, _ event: PXEEvent) -> [DHCPAction] {
        guard pending.count < Self.maximumPending else {
            return quietly(lease.mac, event.time, .dhcpFailed(reason: "too many leases wait to be saved"))
        }
        nextTicket &+= 1
        pending[nextTicket] = Pending(lease: lease, reply: reply, event: event)
        return [.save(lease, ticket: nextTicket)]
    }

    /// An event that an enrolled machine can cause with every packet: at most one a second for each machine.
    mutating func quietly(_ mac: MACAddress, _ now: Timestamp, _ kind: PXEEvent.Kind) -> [DHCPAction] {
        guard quiet[mac, default: EventThrottle()].admit(at: now) != nil else { return [] }
        return [.event(PXEEvent(time: now, mac: mac, kind: kind))]
    }

    private mutating func remember(_ lease: DHCPLease) {
        forget(lease.mac)
        if let holder = holders[lease.address] { forget(holder) }
        leases[lease.mac] = lease
        holders[lease.address] = lease.mac
    }
}
