// SPDX-License-Identifier: Apache-2.0
import PXE
import Testing

/// The rules of RFC 2131 section 4 for a server that knows its clients.
@Suite struct DHCPServerTests {
    /// A server with one enrolled machine, and what it did.
    struct Bench {
        var server: DHCPServer
        var table = BootTable()
        var now = Fixture.start

        init(_ directive: BootDirective = .local, leases: [DHCPLease] = []) throws {
            server = DHCPServer(
                configuration: .init(
                    site: Fixture.site, subnet: try Fixture.subnet(), router: IPv4Address(192, 168, 77, 254),
                    domainNameServers: [Fixture.server], leaseSeconds: 3600),
                leases: leases)
            try table.set(Fixture.client(directive))
        }

        mutating func receive(_ packet: DHCPPacket, port: UInt16 = 68) throws -> [DHCPAction] {
            let source = packet.relayAddress.isUnspecified ? packet.clientAddress : packet.relayAddress
            return server.receive(
                try packet.encoded(), from: source, port: port, now: now, lookup: table.client(for:))
        }

        /// Runs the saves that were asked for and returns everything else.
        mutating func settle(_ actions: [DHCPAction], failure: String? = nil) -> [DHCPAction] {
            actions.flatMap { action -> [DHCPAction] in
                guard case .save(_, let ticket) = action else { return [action] }
                return server.leaseSaved(ticket: ticket, failure: failure, now: now)
            }
        }

        mutating func exchange(_ packet: DHCPPacket, port: UInt16 = 68) throws -> Outcome {
            try Outcome(settle(receive(packet, port: port)))
        }
    }

    struct Outcome {
        var reply: DHCPPacket?
        var destination: DHCPDestination?
        var events: [PXEEvent] = []

        init(_ actions: [DHCPAction]) throws {
            for action in actions {
                switch action {
                case .send(let bytes, let target):
                    reply = try DHCPPacket(parsing: bytes)
                    destination = target
                case .event(let event): events.append(event)
                case .save: Issue.record("unsettled save")
                }
            }
        }
    }

    let os = DHCPClientIdentity(mac: Fixture.mac, stage: .os)

    private func offer(_ bench: inout Bench, _ identity: DHCPClientIdentity) throws -> DHCPReply {
        let outcome = try bench.exchange(identity.discover(transaction: 7))
        return try #require(outcome.reply.flatMap(DHCPReply.init))
    }

    // MARK: - DISCOVER and REQUEST

    @Test func discoverIsOffered() throws {
        var bench = try Bench()
        let outcome = try bench.exchange(os.discover(transaction: 42))
        let packet = try #require(outcome.reply)
        #expect(packet.operation == .reply && packet.transaction == 42 && packet.clientHardware == Fixture.mac)
        let reply = try #require(DHCPReply(packet))
        #expect(reply.type == .offer && reply.address == Fixture.address)
        #expect(reply.serverIdentifier == Fixture.server)
        #expect(reply.leaseSeconds == 3600 && reply.renewalSeconds == 1800 && reply.rebindingSeconds == 3150)
        #expect(reply.subnetMask == IPv4Address(255, 255, 255, 0))
        #expect(reply.routers == [IPv4Address(192, 168, 77, 254)] && reply.domainNameServers == [Fixture.server])
        #expect(reply.hostName == "node-1")
        #expect(reply.bootFile == nil && reply.nextServer == nil && reply.vendorClass == nil)
        #expect(outcome.events.map(\.kind) == [.dhcp(stage: .os, reply: .offer, answer: .addressOnly)])
        #expect(bench.server.lease(of: Fixture.mac) == nil)
    }

    @Test func selectingIsAcknowledgedAfterTheLeaseWasSaved() throws {
        var bench = try Bench()
        let offer = try offer(&bench, os)
        let actions = try bench.receive(os.request(offer, transaction: 8))
        guard case .save(let lease, let ticket)? = actions.first, actions.count == 1 else {
            Issue.record("expected a save and nothing else, got \(actions)")
            return
        }
        #expect(lease.mac == Fixture.mac && lease.address == Fixture.address)
        #expect(lease.expires == bench.now.adding(seconds: 3600))
        #expect(bench.server.lease(of: Fixture.mac) == nil)
        let outcome = try Outcome(bench.server.leaseSaved(ticket: ticket, failure: nil, now: bench.now))
        #expect(outcome.reply?.messageType == .acknowledge && outcome.reply?.yourAddress == Fixture.address)
        #expect(bench.server.lease(of: Fixture.mac) == lease)
        #expect(bench.server.leaseSaved(ticket: ticket, failure: nil, now: bench.now).isEmpty)
    }

    @Test func nothingIsAcknowledgedWhenTheLeaseCannotBeSaved() throws {
        var bench = try Bench()
        let request = os.request(try offer(&bench, os), transaction: 8)
        let actions = try bench.receive(request)
        let outcome = try Outcome(bench.settle(actions, failure: "no space left"))
        #expect(outcome.reply == nil)
        guard case .dhcpFailed(let reason)? = outcome.events.first?.kind else {
            Issue.record("expected an error event")
            return
        }
        #expect(reason.contains("no space left") && reason.contains("192.168.77.10"))
        #expect(bench.server.lease(of: Fixture.mac) == nil)
    }

    @Test func anotherServersOfferIsNotOurs() throws {
        var bench = try Bench()
        var request = os.request(try offer(&bench, os), transaction: 8)
        request.options.serverIdentifier = IPv4Address(192, 168, 77, 2)
        #expect(try bench.receive(request).isEmpty)
    }

    @Test func selectingAWrongAddressIsRefused() throws {
        var bench = try Bench()
        var request = os.request(try offer(&bench, os), transaction: 8)
        request.options.requestedAddress = IPv4Address(192, 168, 77, 99)
        let outcome = try bench.exchange(request)
        #expect(outcome.reply?.messageType == .negativeAcknowledge)
        #expect(outcome.reply?.yourAddress == .unspecified)
        #expect(outcome.reply?.options.serverIdentifier == Fixture.server)
        #expect(outcome.destination == .broadcast)
    }

    @Test(arguments: [(IPv4Address(192, 168, 77, 10), true), (IPv4Address(10, 0, 0, 5), false)])
    func initRebootIsConfirmedOrRefused(address: IPv4Address, isRight: Bool) throws {
        var bench = try Bench()
        let outcome = try bench.exchange(os.confirm(address, transaction: 9))
        #expect(outcome.reply?.messageType == (isRight ? .acknowledge : .negativeAcknowledge))
    }

    @Test func renewingExtendsTheLeaseAndAnswersTheClientDirectly() throws {
        var bench = try Bench()
        _ = try bench.exchange(os.request(try offer(&bench, os), transaction: 8))
        bench.now = bench.now.adding(seconds: 1800)
        let outcome = try bench.exchange(os.renew(Fixture.address, transaction: 10))
        #expect(outcome.reply?.messageType == .acknowledge)
        #expect(outcome.reply?.clientAddress == Fixture.address)
        #expect(outcome.destination == .client(Fixture.address))
        #expect(bench.server.lease(of: Fixture.mac)?.expires == bench.now.adding(seconds: 3600))
    }

    @Test func renewingAnAddressThatIsNoLongerReservedIsRefused() throws {
        var bench = try Bench()
        let outcome = try bench.exchange(os.renew(IPv4Address(192, 168, 77, 11), transaction: 10))
        #expect(outcome.reply?.messageType == .negativeAcknowledge)
        #expect(outcome.destination == .broadcast)
    }

    @Test func requestWithoutAnyAddressIsMalformed() throws {
        var bench = try Bench()
        var request = os.confirm(Fixture.address, transaction: 9)
        request.options.requestedAddress = nil
        let outcome = try bench.exchange(request)
        #expect(outcome.reply == nil)
        let error = DHCPError(field: .option(.requestedAddress), problem: .missing)
        #expect(outcome.events.map(\.kind) == [.dhcpMalformed(count: 1, error: error)])
    }

    // MARK: - INFORM, DECLINE, RELEASE

    @Test func informGetsParametersWithoutALease() throws {
        var bench = try Bench()
        let outcome = try bench.exchange(os.inform(IPv4Address(192, 168, 77, 33), transaction: 11))
        let reply = try #require(outcome.reply.flatMap(DHCPReply.init))
        #expect(reply.type == .acknowledge && reply.address == .unspecified && reply.leaseSeconds == nil)
        #expect(reply.subnetMask == IPv4Address(255, 255, 255, 0))
        #expect(outcome.destination == .client(IPv4Address(192, 168, 77, 33)))
        #expect(bench.server.lease(of: Fixture.mac) == nil)
    }

    @Test func informFromOutsideIsNotAnswered() throws {
        var bench = try Bench()
        let outcome = try bench.exchange(os.inform(IPv4Address(8, 8, 8, 8), transaction: 11))
        #expect(outcome.reply == nil)
        guard case .dhcpMalformed(_, let error)? = outcome.events.first?.kind else {
            Issue.record("expected an event")
            return
        }
        #expect(error.field == .ciaddr)
    }

    @Test func declineIsReportedAndTheAddressRests() throws {
        var bench = try Bench()
        let outcome = try bench.exchange(os.decline(Fixture.address, server: Fixture.server, transaction: 12))
        #expect(outcome.reply == nil && outcome.events.map(\.kind) == [.dhcpDeclined])
        #expect(try bench.receive(os.discover(transaction: 13)).isEmpty)
        bench.now = bench.now.adding(seconds: 10)
        #expect(try bench.exchange(os.discover(transaction: 14)).reply?.messageType == .offer)
    }

    @Test func releaseEndsTheLeaseDurably() throws {
        var bench = try Bench()
        _ = try bench.exchange(os.request(try offer(&bench, os), transaction: 8))
        bench.now = bench.now.adding(seconds: 5)
        let release = os.release(Fixture.address, server: Fixture.server, transaction: 15)
        let actions = try bench.receive(release)
        guard case .save(let lease, _)? = actions.first else {
            Issue.record("expected a save, got \(actions)")
            return
        }
        #expect(lease.expires == bench.now)
        let outcome = try Outcome(bench.settle(actions))
        #expect(outcome.reply == nil && outcome.events.map(\.kind) == [.dhcpReleased])
        #expect(try bench.receive(release).isEmpty)
    }

    // MARK: - Who is answered

    @Test func strangersGetNothingAndAreCounted() throws {
        var bench = try Bench()
        let stranger = DHCPClientIdentity(mac: Fixture.stranger, stage: .firmware)
        let first = try bench.exchange(stranger.discover(transaction: 1))
        #expect(first.reply == nil && first.events.map(\.kind) == [.dhcpUnknown(count: 1)])
        #expect(first.events.first?.mac == Fixture.stranger)
        for transaction in 2...100 {
            #expect(try bench.receive(stranger.discover(transaction: UInt32(transaction))).isEmpty)
        }
        bench.now = bench.now.adding(seconds: 2)
        let later = try bench.exchange(stranger.discover(transaction: 101))
        #expect(later.reply == nil && later.events.map(\.kind) == [.dhcpUnknown(count: 100)])
    }

    @Test(arguments: BootStage.allCases)
    func heldMachinesGetNothing(stage: BootStage) throws {
        var bench = try Bench(.ignore)
        let identity = DHCPClientIdentity(mac: Fixture.mac, stage: stage)
        let outcome = try bench.exchange(identity.discover(transaction: 1))
        #expect(outcome.reply == nil)
        #expect(outcome.events.map(\.kind) == [.dhcpIgnored(stage: stage, reason: .held)])
    }

    @Test func otherArchitecturesGetNothingWithAReason() throws {
        var bench = try Bench(Fixture.install)
        let arm = ClientArchitecture(rawValue: 0x000B)
        let identity = DHCPClientIdentity(mac: Fixture.mac, stage: .firmware, architecture: arm)
        let outcome = try bench.exchange(identity.discover(transaction: 1))
        #expect(outcome.reply == nil)
        #expect(outcome.events.map(\.kind) == [.dhcpIgnored(stage: .firmware, reason: .architecture(arm))])
    }

    @Test func repliesAndServerMessagesAreMalformed() throws {
        var bench = try Bench()
        var reply = DHCPPacket(operation: .reply, transaction: 1, clientHardware: Fixture.mac)
        reply.options.messageType = .offer
        #expect(try bench.exchange(reply).reply == nil)
        var strange = os.discover(transaction: 1)
        strange.options.messageType = .acknowledge
        #expect(try bench.exchange(strange).reply == nil)
    }

    @Test func anAddressStillLeasedToAnotherIsNotGivenAway() throws {
        let lease = DHCPLease(
            mac: Fixture.stranger, address: Fixture.address, granted: Fixture.start,
            expires: Fixture.start.adding(seconds: 60))
        var bench = try Bench(leases: [lease])
        let outcome = try bench.exchange(os.discover(transaction: 1))
        #expect(outcome.reply == nil)
        guard case .dhcpFailed(let reason)? = outcome.events.first?.kind else {
            Issue.record("expected an event")
            return
        }
        #expect(reason.contains(Fixture.stranger.description))
        bench.now = bench.now.adding(seconds: 61)
        #expect(try bench.exchange(os.discover(transaction: 2)).reply?.messageType == .offer)
    }

    @Test func forgettingALeaseFreesItsAddress() throws {
        let lease = DHCPLease(
            mac: Fixture.stranger, address: Fixture.address, granted: Fixture.start,
            expires: Fixture.start.adding(seconds: 60))
        var bench = try Bench(leases: [lease])
        bench.server.forget(Fixture.stranger)
        #expect(try bench.exchange(os.discover(transaction: 1)).reply?.messageType == .offer)
    }

    @Test func aReservationOutsideTheSubnetIsAnError() throws {
        var bench = try Bench()
        try bench.table.set(EnrolledClient(mac: Fixture.mac, address: IPv4Address(10, 0, 0, 1)))
        let outcome = try bench.exchange(os.discover(transaction: 1))
        #expect(outcome.reply == nil)
        guard case .dhcpFailed(let reason)? = outcome.events.first?.kind else {
            Issue.record("expected an event")
            return
        }
        #expect(reason.contains("10.0.0.1"))
    }

    // MARK: - Where replies go (RFC 2131 section 4.1)

    @Test func clientsWithoutTheBroadcastBitAreReachedByHardwareAddress() throws {
        var bench = try Bench()
        let outcome = try bench.exchange(os.discover(transaction: 1))
        #expect(outcome.destination == .hardware(Fixture.address, Fixture.mac))
    }

    @Test func theBroadcastBitIsObeyedAndReturned() throws {
        var bench = try Bench()
        var discover = os.discover(transaction: 1)
        discover.wantsBroadcast = true
        let outcome = try bench.exchange(discover)
        #expect(outcome.destination == .broadcast && outcome.reply?.wantsBroadcast == true)
    }

    @Test func relaysGetTheReplyAtTheServerPort() throws {
        var bench = try Bench()
        let relay = IPv4Address(192, 168, 77, 3)
        var discover = os.discover(transaction: 1)
        discover.relayAddress = relay
        discover.options[.relayAgentInformation] = [1, 3, 0x65, 0x74, 0x68]
        let outcome = try bench.exchange(discover, port: 1067)
        #expect(outcome.destination == .relay(relay, port: 67))
        #expect(outcome.reply?.relayAddress == relay)
        #expect(outcome.reply?.options[.relayAgentInformation] == [1, 3, 0x65, 0x74, 0x68])
        #expect(outcome.reply?.options.codes.last == .relayAgentInformation)
    }

    @Test func relaysOfRFC8357GetTheReplyAtTheirPort() throws {
        var bench = try Bench()
        let relay = IPv4Address(192, 168, 77, 3)
        let identity = DHCPClientIdentity(mac: Fixture.mac, stage: .os, relay: relay)
        let outcome = try bench.exchange(identity.discover(transaction: 1), port: 1067)
        #expect(outcome.destination == .relay(relay, port: 1067))
    }

    @Test func refusalsThroughRelaysAskForABroadcast() throws {
        var bench = try Bench()
        let relay = IPv4Address(192, 168, 77, 3)
        let identity = DHCPClientIdentity(mac: Fixture.mac, stage: .os, relay: relay)
        let outcome = try bench.exchange(identity.confirm(IPv4Address(10, 1, 1, 1), transaction: 1), port: 1067)
        #expect(outcome.reply?.messageType == .negativeAcknowledge && outcome.reply?.wantsBroadcast == true)
        #expect(outcome.destination == .relay(relay, port: 1067))
    }

    @Test func relaysOfOtherNetworksAreNotAnswered() throws {
        var bench = try Bench()
        let identity = DHCPClientIdentity(mac: Fixture.mac, stage: .os, relay: IPv4Address(8, 8, 8, 8))
        let outcome = try bench.exchange(identity.discover(transaction: 1), port: 1067)
        #expect(outcome.reply == nil)
        guard case .dhcpMalformed(_, let error)? = outcome.events.first?.kind else {
            Issue.record("expected an event")
            return
        }
        #expect(error.field == .giaddr)
    }

    // MARK: - What boot code is told

    @Test func biosFirmwareIsToldItsProgram() throws {
        var bench = try Bench(Fixture.install)
        let identity = DHCPClientIdentity(
            mac: Fixture.mac, stage: .firmware, architecture: .x86BIOS, machineIdentifier: Array(1...16))
        let packet = try #require(try bench.exchange(identity.discover(transaction: 1)).reply)
        #expect(packet.bootFile == "undionly.kpxe" && packet.nextServer == Fixture.server)
        #expect(packet.options.bootFileName == "undionly.kpxe")
        #expect(packet.options.tftpServerName == "192.168.77.1")
        #expect(packet.options.vendorClass == "PXEClient")
        #expect(packet.options[.vendorSpecific] == [6, 1, 8, 255])
        #expect(packet.options.machineIdentifier == Array(1...16))
        let kind = PXEEvent.Kind.dhcp(stage: .firmware, reply: .offer, answer: .bootProgram("undionly.kpxe"))
        var again = bench
        #expect(try again.exchange(identity.discover(transaction: 2)).events.map(\.kind) == [kind])
    }

    @Test func uefiHTTPFirmwareIsToldAURL() throws {
        var bench = try Bench(Fixture.install)
        let identity = DHCPClientIdentity(mac: Fixture.mac, stage: .firmware, architecture: .x64UEFIHTTP)
        let packet = try #require(try bench.exchange(identity.discover(transaction: 1)).reply)
        #expect(packet.options.vendorClass == "HTTPClient")
        #expect(packet.options.bootFileName == "http://192.168.77.1:8080/programs/snponly.efi")
        #expect(packet.options[.vendorSpecific] == nil)
    }

    @Test func ipxeIsToldItsScriptAndNotToWait() throws {
        var bench = try Bench(Fixture.install)
        let identity = DHCPClientIdentity(mac: Fixture.mac, stage: .ipxe, architecture: .x64UEFI)
        let packet = try #require(try bench.exchange(identity.discover(transaction: 1)).reply)
        let url = "http://192.168.77.1:8080/boot/52:54:00:12:34:56/script.ipxe?firmware=uefi"
        #expect(packet.options.bootFileName == url)
        #expect(packet.options[.ipxe] == [176, 1, 1])
        #expect(packet.options.vendorClass == nil)
    }

    @Test(arguments: [ClientArchitecture.x86BIOS, .x64UEFI])
    func localFirmwareIsToldToTakeItsDisk(architecture: ClientArchitecture) throws {
        var bench = try Bench(.local)
        let identity = DHCPClientIdentity(mac: Fixture.mac, stage: .firmware, architecture: architecture)
        let packet = try #require(try bench.exchange(identity.discover(transaction: 1)).reply)
        #expect(packet.yourAddress == Fixture.address && packet.options.vendorClass == "PXEClient")
        #expect(packet.bootFile.isEmpty && packet.options.bootFileName == nil && packet.nextServer.isUnspecified)
        let label = Array("Local disk".utf8)
        let menu: [UInt8] =
            [6, 1, 3, 8, 7, 0, 0, 1, 192, 168, 77, 1, 9, 13, 0, 0, 10] + label + [10, 11, 0] + label + [255]
        #expect(packet.options[.vendorSpecific].map(Array.init) == menu)
    }

    @Test func localHTTPFirmwareIsToldAURLWithNothing() throws {
        var bench = try Bench(.local)
        let identity = DHCPClientIdentity(mac: Fixture.mac, stage: .firmware, architecture: .x64UEFIHTTP)
        let packet = try #require(try bench.exchange(identity.discover(transaction: 1)).reply)
        #expect(packet.options.vendorClass == "HTTPClient")
        #expect(packet.options.bootFileName == "http://192.168.77.1:8080/boot/52:54:00:12:34:56/local")
    }

    @Test func theClientIdentifierComesBack() throws {
        var bench = try Bench()
        var discover = os.discover(transaction: 1)
        discover.options.clientIdentifier = [1, 2, 3, 4, 5, 6, 7]
        let reply = try bench.exchange(discover).reply
        #expect(reply?.options.clientIdentifier == [1, 2, 3, 4, 5, 6, 7])
    }

    @Test func replyFitsTheSmallestClient() throws {
        var bench = try Bench(Fixture.install)
        var discover = DHCPClientIdentity(mac: Fixture.mac, stage: .firmware).discover(transaction: 1)
        discover.options.maximumMessageSize = 576
        let actions = try bench.receive(discover)
        guard case .send(let bytes, _)? = actions.first else {
            Issue.record("no reply")
            return
        }
        #expect((300...548).contains(bytes.count))
    }
}
