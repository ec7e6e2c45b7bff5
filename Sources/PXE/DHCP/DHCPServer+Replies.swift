// SPDX-License-Identifier: Apache-2.0

extension DHCPServer {
    /// PXE_DISCOVERY_CONTROL (option 43, sub-option 6) with bit 3: load the boot file, look for no other boot server.
    private static let pxeUseBootFile: ArraySlice<UInt8> = [6, 1, 8, 255]
    /// A boot menu whose one entry is the local disk (PXE 2.1 section 2.2: boot server type 0), taken without a key.
    private static func pxeLocalBoot(server: IPv4Address) -> ArraySlice<UInt8> {
        let label = Array("Local disk".utf8)
        let size = UInt8(label.count)
        return [6, 1, 3]  // PXE_DISCOVERY_CONTROL: neither broadcast nor multicast discovery
            + [8, 7, 0, 0, 1] + server.octets  // PXE_BOOT_SERVERS: type 0, one address
            + [9, size + 3, 0, 0, size] + label  // PXE_BOOT_MENU: type 0
            + [10, size + 1, 0] + label  // PXE_MENU_PROMPT: time-out 0 takes the first entry
            + [255]
    }
    /// IP and UDP headers, which option 57 counts too.
    private static let datagramHeaders = 28

    /// An offer or acknowledgement (RFC 2131 table 3).
    func reply(
        _ type: DHCPMessageType, to query: DHCPPacket, _ client: EnrolledClient, _ answer: BootAnswer
    ) throws(DHCPError) -> [UInt8] {
        var reply = base(type, to: query)
        if type == .acknowledge { reply.clientAddress = query.clientAddress }
        if query.messageType != .inform {
            reply.yourAddress = client.address
            reply.options.leaseSeconds = configuration.leaseSeconds
            reply.options.renewalSeconds = configuration.leaseSeconds / 2
            reply.options.rebindingSeconds = UInt32(UInt64(configuration.leaseSeconds) * 7 / 8)
        }
        reply.options.subnetMask = configuration.subnet.netmask
        reply.options.broadcastAddress = configuration.subnet.broadcast
        reply.options.routers = configuration.router.map { [$0] } ?? []
        reply.options.domainNameServers = configuration.domainNameServers
        reply.options.hostName = client.hostname
        addBoot(answer, to: &reply, query)
        let size = max(576, Int(query.options.maximumMessageSize ?? 576))
        return try reply.encoded(maximumLength: min(size, 1500) - Self.datagramHeaders)
    }

    /// A refusal; it goes to everyone because the client has no address (RFC 2131 section 4.1).
    mutating func refuse(_ query: Query, _ client: EnrolledClient, _ reason: String) throws(DHCPError) -> [DHCPAction] {
        var refusal = base(.negativeAcknowledge, to: query.packet)
        refusal.options.message = reason
        var target = DHCPDestination.broadcast
        if !query.packet.relayAddress.isUnspecified {
            refusal.wantsBroadcast = true
            target = destination(of: query, address: .unspecified)
        }
        let kind = PXEEvent.Kind.dhcpRefused(reason: reason)
        return [
            .send(try refusal.encoded(maximumLength: 576 - Self.datagramHeaders), to: target),
            .event(PXEEvent(time: query.now, mac: client.mac, address: client.address, kind: kind)),
        ]
    }

    /// Where a reply goes (RFC 2131 section 4.1).
    func destination(of query: Query, address: IPv4Address) -> DHCPDestination {
        let packet = query.packet
        if !packet.relayAddress.isUnspecified {
            return .relay(packet.relayAddress, port: packet.options.relayWantsSourcePort ? query.port : 67)
        }
        if !packet.clientAddress.isUnspecified { return .client(packet.clientAddress) }
        if packet.wantsBroadcast { return .broadcast }
        return .hardware(address, packet.clientHardware)
    }

    private func base(_ type: DHCPMessageType, to query: DHCPPacket) -> DHCPPacket {
        var reply = DHCPPacket(
            operation: .reply, transaction: query.transaction, clientHardware: query.clientHardware)
        reply.flags = query.flags & 0x8000
        reply.relayAddress = query.relayAddress
        reply.options.messageType = type
        reply.options.serverIdentifier = configuration.site.server
        // RFC 6842: the client identifier comes back.
        reply.options[.clientIdentifier] = query.options[.clientIdentifier]
        reply.options[.relayAgentInformation] = query.options[.relayAgentInformation]
        return reply
    }

    private func addBoot(_ answer: BootAnswer, to reply: inout DHCPPacket, _ query: DHCPPacket) {
        let client = BootClient(enrolment: nil, packet: query)
        guard client.stage != .os else { return }
        if client.stage == .ipxe {
            reply.options[.ipxe] = IPXEFeature.serverOption
        } else if client.wantsHTTP {
            reply.options.vendorClass = "HTTPClient"
        } else {
            reply.options.vendorClass = "PXEClient"
            reply.options[.vendorSpecific] = Self.pxeUseBootFile
        }
        reply.options[.clientMachineIdentifier] = query.options[.clientMachineIdentifier]
        switch answer {
        case .bootProgram(let file), .bootProgramURL(let file), .bootScript(let file),
            .localBoot(.missingURL(let file)), .localBoot(.script(let file)):
            setBootFile(file, in: &reply, query)
        case .localBoot(.bootMenu):
            reply.options[.vendorSpecific] = Self.pxeLocalBoot(server: configuration.site.server)
        case .localBoot(.noBootFile), .addressOnly, .ignore:
            break
        }
    }

    private func setBootFile(_ file: String, in reply: inout DHCPPacket, _ query: DHCPPacket) {
        let requested = query.options.parameterRequestList
        let fits = file.utf8.count < 128
        reply.nextServer = configuration.site.server
        if fits { reply.bootFile = file }
        if !fits || requested.contains(.bootFileName) { reply.options.bootFileName = file }
        if requested.contains(.tftpServerName) {
            reply.options.tftpServerName = configuration.site.server.description
        }
    }
}
