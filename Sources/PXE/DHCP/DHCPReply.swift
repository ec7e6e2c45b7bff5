// SPDX-License-Identifier: Apache-2.0

/// What a DHCP server told a client: an offer, an acknowledgement or a refusal.
public struct DHCPReply: Hashable, Sendable {
    /// DHCPOFFER, DHCPACK or DHCPNAK.
    public var type: DHCPMessageType
    /// The transaction that it answers.
    public var transaction: UInt32
    /// The client that it is for.
    public var mac: MACAddress
    /// `yiaddr`, the client's address; unspecified in a refusal.
    public var address: IPv4Address
    /// The server's identifier.
    public var serverIdentifier: IPv4Address?
    /// `siaddr`, the server of the boot file; nil when unspecified.
    public var nextServer: IPv4Address?
    /// The boot file's name or URL from option 67 or `file`; nil when there is none.
    public var bootFile: String?
    /// The vendor class that the server sent, for example `PXEClient` or `HTTPClient`.
    public var vendorClass: String?
    /// The lease time in seconds.
    public var leaseSeconds: UInt32?
    /// T1 in seconds.
    public var renewalSeconds: UInt32?
    /// T2 in seconds.
    public var rebindingSeconds: UInt32?
    /// The netmask.
    public var subnetMask: IPv4Address?
    /// The routers.
    public var routers: [IPv4Address]
    /// The domain name servers.
    public var domainNameServers: [IPv4Address]
    /// The host name.
    public var hostName: String?
    /// The server's error text.
    public var message: String?

    /// Reads a server's message; nil when the packet is not one.
    public init?(_ packet: DHCPPacket) {
        guard packet.operation == .reply, let type = packet.messageType,
            [.offer, .acknowledge, .negativeAcknowledge].contains(type)
        else { return nil }
        self.type = type
        transaction = packet.transaction
        mac = packet.clientHardware
        address = packet.yourAddress
        serverIdentifier = packet.options.serverIdentifier
        nextServer = packet.nextServer.isUnspecified ? nil : packet.nextServer
        bootFile = packet.options.bootFileName ?? (packet.bootFile.isEmpty ? nil : packet.bootFile)
        vendorClass = packet.options.vendorClass
        leaseSeconds = packet.options.leaseSeconds
        renewalSeconds = packet.options.renewalSeconds
        rebindingSeconds = packet.options.rebindingSeconds
        subnetMask = packet.options.subnetMask
        routers = packet.options.routers
        domainNameServers = packet.options.domainNameServers
        hostName = packet.options.hostName
        message = packet.options.message
    }
}
