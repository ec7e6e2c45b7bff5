// SPDX-License-Identifier: Apache-2.0

/// The client side of DHCP: what one program on one machine says about itself, and the messages it sends.
///
/// Simulated machines and tests use it with the same codec as the server.
public struct DHCPClientIdentity: Hashable, Sendable {
    /// The machine's MAC address.
    public var mac: MACAddress
    /// Which program asks.
    public var stage: BootStage
    /// The architecture sent in option 93 by firmware and iPXE.
    public var architecture: ClientArchitecture
    /// The machine's UUID for option 97, 16 octets, or nil.
    public var machineIdentifier: [UInt8]?
    /// The relay agent's address to put into giaddr, or nil without a relay.
    public var relay: IPv4Address?

    /// Describes a client. With a relay address, replies are asked for at the sending port (RFC 8357).
    public init(
        mac: MACAddress, stage: BootStage, architecture: ClientArchitecture = .x86BIOS,
        machineIdentifier: [UInt8]? = nil, relay: IPv4Address? = nil
    ) {
        self.mac = mac
        self.stage = stage
        self.architecture = architecture
        self.machineIdentifier = machineIdentifier
        self.relay = relay
    }

    /// A DHCPDISCOVER.
    public func discover(transaction: UInt32) -> DHCPPacket {
        packet(.discover, transaction)
    }

    /// A DHCPREQUEST that takes an offer (RFC 2131 section 4.3.2, SELECTING).
    public func request(_ offer: DHCPReply, transaction: UInt32) -> DHCPPacket {
        var request = packet(.request, transaction)
        request.options.serverIdentifier = offer.serverIdentifier
        request.options.requestedAddress = offer.address
        return request
    }

    /// A DHCPREQUEST that confirms an address from before (INIT-REBOOT).
    public func confirm(_ address: IPv4Address, transaction: UInt32) -> DHCPPacket {
        var request = packet(.request, transaction)
        request.options.requestedAddress = address
        return request
    }

    /// A DHCPREQUEST that extends a lease (RENEWING and REBINDING).
    public func renew(_ address: IPv4Address, transaction: UInt32) -> DHCPPacket {
        var request = packet(.request, transaction)
        request.clientAddress = address
        return request
    }

    /// A DHCPINFORM.
    public func inform(_ address: IPv4Address, transaction: UInt32) -> DHCPPacket {
        var inform = packet(.inform, transaction)
        inform.clientAddress = address
        return inform
    }

    /// A DHCPRELEASE.
    public func release(_ address: IPv4Address, server: IPv4Address, transaction: UInt32) -> DHCPPacket {
        var release = packet(.release, transaction)
        release.clientAddress = address
        release.options.serverIdentifier = server
        release.options.parameterRequestList = []
        return release
    }

    /// A DHCPDECLINE.
    public func decline(_ address: IPv4Address, server: IPv4Address, transaction: UInt32) -> DHCPPacket {
        var decline = packet(.decline, transaction)
        decline.options.requestedAddress = address
        decline.options.serverIdentifier = server
        decline.options.parameterRequestList = []
        return decline
    }

    private func packet(_ type: DHCPMessageType, _ transaction: UInt32) -> DHCPPacket {
        var packet = DHCPPacket(operation: .request, transaction: transaction, clientHardware: mac)
        packet.options.messageType = type
        packet.options.maximumMessageSize = 1472
        packet.options.parameterRequestList = [
            .subnetMask, .router, .domainNameServer, .hostName, .leaseTime, .serverIdentifier, .renewalTime,
            .rebindingTime, .vendorClass, .tftpServerName, .bootFileName,
        ]
        if stage != .os {
            let http = architecture.isHTTP && stage == .firmware
            let digits = String(architecture.rawValue)
            let number = String(repeating: "0", count: 5 - digits.utf8.count) + digits
            packet.options.vendorClass = "\(http ? "HTTPClient" : "PXEClient"):Arch:\(number):UNDI:003016"
            packet.options.architectures = [architecture]
            packet.options[.clientInterface] = [1, 3, 16]
            packet.options.machineIdentifier = machineIdentifier
        }
        if stage == .ipxe {
            packet.options.setBareUserClass("iPXE")
            packet.options[.ipxe] = [IPXEFeature.http.rawValue, 1, 1, 0x15, 1, 1]
        }
        if let relay {
            packet.relayAddress = relay
            packet.hops = 1
            packet.options[.relayAgentInformation] = [1, 4] + relay.octets + [19, 0]
        }
        return packet
    }
}
