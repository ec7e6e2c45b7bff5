// SPDX-License-Identifier: Apache-2.0

/// What the shell around a ``DHCPServer`` has to do.
public enum DHCPAction: Hashable, Sendable {
    /// Send a message.
    case send([UInt8], to: DHCPDestination)
    /// Save a lease durably, then call ``DHCPServer/leaseSaved(ticket:failure:now:)``.
    case save(DHCPLease, ticket: UInt64)
    /// Report an event.
    case event(PXEEvent)
}

/// Where a reply goes (RFC 2131 section 4.1, RFC 8357).
public enum DHCPDestination: Hashable, Sendable {
    /// To a relay agent, at its server port or at the port it sent from.
    case relay(IPv4Address, port: UInt16)
    /// To a client that has its address, at the client port.
    case client(IPv4Address)
    /// To a client that cannot answer ARP yet, at the client port of this address and MAC address.
    case hardware(IPv4Address, MACAddress)
    /// To everyone on the network, at the client port.
    case broadcast
}
