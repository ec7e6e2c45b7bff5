// SPDX-License-Identifier: Apache-2.0
import PXE
import Testing

/// A million random and mutated packets against the parsers and the server cores: no trap, nothing for strangers.
@Suite struct HostilePacketTests {
    static let seed: UInt64 = 0x1B07

    @Test func halfAMillionDHCPPackets() async throws {
        try await Command.onThread { try Self.sendDHCP() }
    }

    @Test func halfAMillionTFTPPackets() async throws {
        try await Command.onThread { try Self.sendTFTP() }
    }

    private static func sendDHCP() throws {
        var random = SplitMix(state: seed)
        var corpus: [[UInt8]] = []
        for mac in [Fixture.mac, Fixture.stranger] {
            for stage in BootStage.allCases {
                for relay in [nil, IPv4Address(192, 168, 77, 3)] {
                    let identity = DHCPClientIdentity(
                        mac: mac, stage: stage, architecture: stage == .os ? .x86BIOS : .x64UEFI,
                        machineIdentifier: Array(1...16), relay: relay)
                    let discover = identity.discover(transaction: 1)
                    let packets = [
                        discover, identity.confirm(Fixture.address, transaction: 2),
                        identity.renew(Fixture.address, transaction: 3),
                        identity.inform(Fixture.address, transaction: 4),
                        identity.release(Fixture.address, server: Fixture.server, transaction: 5),
                        identity.decline(Fixture.address, server: Fixture.server, transaction: 6),
                    ]
                    corpus += try packets.map { try $0.encoded() }
                }
            }
        }
        var bench = try DHCPServerTests.Bench(Fixture.install)
        let enrolled = Fixture.mac.octets
        var answered = 0
        var parsed = 0
        for round in 0..<500_000 {
            let packet = mutate(corpus, maximum: 600, &random)
            bench.now.milliseconds += 1
            let actions = bench.server.receive(
                packet, from: Fixture.address, port: 67, now: bench.now, lookup: bench.table.client(for:))
            for action in actions {
                switch action {
                case .save(_, let ticket):
                    let failure = round % 7 == 0 ? "full" : nil
                    _ = bench.server.leaseSaved(ticket: ticket, failure: failure, now: bench.now)
                case .send(let bytes, _):
                    // What is answered came from the enrolled machine, and the answer is well formed.
                    try #require(Array(packet[28..<34]) == enrolled)
                    _ = try DHCPPacket(parsing: bytes)
                    answered += 1
                    continue
                case .event(let event):
                    if case .dhcpMalformed = event.kind { continue }
                }
                parsed += 1
            }
        }
        // The mutations are mild enough to reach the inside of the server.
        #expect(answered > 1000)
        #expect(parsed > 1000)
    }

    private static func sendTFTP() throws {
        var random = SplitMix(state: seed)
        let content = TFTPServerTests.content
        let options = [TFTPOption("blksize", "512"), TFTPOption("windowsize", "4"), TFTPOption("tsize", "0")]
        let corpus: [[UInt8]] = [
            .readRequest(TFTPRequest(filename: "ipxe.efi")),
            .readRequest(TFTPRequest(filename: "ipxe.efi", options: options)),
            .writeRequest(TFTPRequest(filename: "ipxe.efi")), .acknowledge(block: 0), .acknowledge(block: 1),
            .data(block: 1, payload: content.prefix(100)), .error(code: 3, message: "full"),
            .optionAcknowledge(options),
        ].map { (packet: TFTPPacket) in packet.encoded() }
        var server = TFTPServer(files: ["ipxe.efi": content])
        var transfer: TFTPServerTransfer?
        var download = TFTPClientTransfer(filename: "ipxe.efi")
        var begun = 0
        var now = Fixture.start
        for round in 0..<500_000 {
            let packet = mutate(corpus, maximum: 600, &random)
            now.milliseconds += 1
            let isStranger = round % 2 == 0
            let client = isStranger ? nil : Fixture.client(.local)
            switch server.receive(packet, from: Fixture.address, client: client, now: now) {
            case .begin(var fresh, _):
                try #require(!isStranger)
                _ = fresh.start()
                transfer = fresh
                begun += 1
            case .reply, .refuse: try #require(!isStranger)
            case .silence, .report: break
            }
            if let parsed = try? TFTPPacket(parsing: packet) {
                try #require((try? TFTPPacket(parsing: parsed.encoded())) == parsed)
                _ = transfer?.receive(parsed)
            }
            if round % 50 == 0 { _ = transfer?.timeout() }
            _ = download.receive(packet, port: 2000)
            if download.isOver { download = TFTPClientTransfer(filename: "ipxe.efi") }
        }
        #expect(begun > 1000)
    }

    /// Random octets, or a real packet with some octets changed, removed, doubled or cut off.
    static func mutate(_ corpus: [[UInt8]], maximum: Int, _ random: inout SplitMix) -> [UInt8] {
        let dice = random.next()
        guard dice % 8 != 0 else {
            let count = Int(random.next() % UInt64(maximum))
            return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        var packet = corpus[Int(random.next() % UInt64(corpus.count))]
        for _ in 0..<(dice >> 8) % 4 {
            guard !packet.isEmpty else { break }
            let index = Int(random.next() % UInt64(packet.count))
            switch random.next() % 8 {
            case 0: packet.remove(at: index)
            case 1: packet.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
            case 2: packet.removeSubrange(index...)
            case 3: packet[index] = 255
            case 4: packet[index] = 0
            default: packet[index] = UInt8(truncatingIfNeeded: random.next())
            }
        }
        return packet
    }
}
