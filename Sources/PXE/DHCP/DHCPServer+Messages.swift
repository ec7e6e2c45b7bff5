// SPDX-License-Identifier: Apache-2.0

extension DHCPServer {
    /// DHCPDISCOVER: offer the reserved address (RFC 2131 section 4.3.1).
    mutating func discover(_ query: Query, _ client: EnrolledClient) throws(DHCPError) -> [DHCPAction] {
        guard let answer = admit(query, client) else { return refusal(query, client) }
        if let until = declined[client.address] {
            guard until <= query.now else { return [] }
            declined[client.address] = nil
        }
        let offer = try reply(.offer, to: query.packet, client, answer)
        return [
            .send(offer, to: destination(of: query, address: client.address)),
            .event(event(.offer, query, client, answer)),
        ]
    }

    /// DHCPREQUEST in its four client states (RFC 2131 section 4.3.2).
    mutating func request(_ query: Query, _ client: EnrolledClient) throws(DHCPError) -> [DHCPAction] {
        let packet = query.packet
        let ciaddr = packet.clientAddress.isUnspecified ? nil : packet.clientAddress
        let wanted: IPv4Address?
        if let server = packet.options.serverIdentifier {
            // SELECTING; the choice of another server's offer is not ours to answer.
            guard server == configuration.site.server else { return [] }
            wanted = packet.options.requestedAddress ?? ciaddr
        } else {
            // RENEWING and REBINDING have ciaddr, INIT-REBOOT has the requested address.
            wanted = ciaddr ?? packet.options.requestedAddress
        }
        guard let wanted else { throw DHCPError(field: .option(.requestedAddress), problem: .missing) }
        guard let answer = admit(query, client) else { return refusal(query, client) }
        guard wanted == client.address else {
            return try refuse(query, client, "address \(wanted) is not yours, \(client.address) is")
        }
        let acknowledge = try reply(.acknowledge, to: packet, client, answer)
        let lease = DHCPLease(
            mac: client.mac, address: client.address, granted: query.now,
            expires: query.now.adding(seconds: configuration.leaseSeconds))
        let target = destination(of: query, address: client.address)
        return save(lease, then: .send(acknowledge, to: target), event(.acknowledge, query, client, answer))
    }

    /// DHCPINFORM: parameters without an address, to ciaddr (RFC 2131 section 4.3.5).
    mutating func inform(_ query: Query, _ client: EnrolledClient) throws(DHCPError) -> [DHCPAction] {
        let address = query.packet.clientAddress
        guard configuration.subnet.containsHost(address) else {
            throw DHCPError(field: .ciaddr, problem: .invalid("\(address) is not a host of \(configuration.subnet)"))
        }
        let answer = decide(BootClient(enrolment: client, packet: query.packet), at: configuration.site)
        if case .ignore(let reason) = answer { return ignored(query, client, reason) }
        let acknowledge = try reply(.acknowledge, to: query.packet, client, answer)
        return [
            .send(acknowledge, to: destination(of: query, address: address)),
            .event(event(.acknowledge, query, client, answer)),
        ]
    }

    /// DHCPDECLINE: another host uses the address; tell people, and leave it alone for a while.
    mutating func decline(_ query: Query, _ client: EnrolledClient) -> [DHCPAction] {
        let options = query.packet.options
        guard options.serverIdentifier == configuration.site.server, options.requestedAddress == client.address else {
            return []
        }
        declined[client.address] = Timestamp(milliseconds: query.now.milliseconds &+ Self.declineMilliseconds)
        return [.event(PXEEvent(time: query.now, mac: client.mac, address: client.address, kind: .dhcpDeclined))]
    }

    /// DHCPRELEASE: end the lease; there is no reply.
    mutating func release(_ query: Query, _ client: EnrolledClient) -> [DHCPAction] {
        let packet = query.packet
        guard packet.options.serverIdentifier == configuration.site.server, var lease = leases[client.mac],
            lease.address == packet.clientAddress, lease.expires > query.now
        else { return [] }
        lease.expires = query.now
        let event = PXEEvent(time: query.now, mac: client.mac, address: lease.address, kind: .dhcpReleased)
        return save(lease, then: nil, event)
    }

    /// The answer for a machine that may have its address now; nil when ``refusal(_:_:)`` says why not.
    private func admit(_ query: Query, _ client: EnrolledClient) -> BootAnswer? {
        let answer = decide(BootClient(enrolment: client, packet: query.packet), at: configuration.site)
        if case .ignore = answer { return nil }
        return obstacle(query, client) == nil ? answer : nil
    }

    /// Silence, with an event that says why.
    private mutating func refusal(_ query: Query, _ client: EnrolledClient) -> [DHCPAction] {
        let answer = decide(BootClient(enrolment: client, packet: query.packet), at: configuration.site)
        if case .ignore(let reason) = answer { return ignored(query, client, reason) }
        return quietly(client.mac, query.now, .dhcpFailed(reason: obstacle(query, client) ?? "refused"))
    }

    private mutating func ignored(
        _ query: Query, _ client: EnrolledClient, _ reason: BootAnswer.IgnoreReason
    ) -> [DHCPAction] {
        let stage = BootClient(enrolment: client, packet: query.packet).stage
        return quietly(client.mac, query.now, .dhcpIgnored(stage: stage, reason: reason))
    }

    /// What keeps a machine from its reserved address.
    private func obstacle(_ query: Query, _ client: EnrolledClient) -> String? {
        guard configuration.subnet.containsHost(client.address) else {
            return "the reserved address \(client.address) is not a host of \(configuration.subnet)"
        }
        guard client.address != configuration.site.server else {
            return "the reserved address \(client.address) is this server's own"
        }
        if let holder = holders[client.address], holder != client.mac, let lease = leases[holder],
            lease.expires > query.now
        {
            let seconds = (lease.expires.milliseconds &- query.now.milliseconds) / 1000
            return "address \(client.address) is still leased to \(holder) for \(seconds) s"
        }
        return nil
    }

    private func event(
        _ type: DHCPMessageType, _ query: Query, _ client: EnrolledClient, _ answer: BootAnswer
    ) -> PXEEvent {
        let stage = BootClient(enrolment: client, packet: query.packet).stage
        return PXEEvent(
            time: query.now, mac: client.mac, address: client.address,
            kind: .dhcp(stage: stage, reply: type, answer: answer))
    }
}
