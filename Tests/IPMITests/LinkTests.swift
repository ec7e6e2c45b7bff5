// SPDX-License-Identifier: GPL-3.0-or-later
import CFreeIPMI
import Testing

@testable import IPMI

@Suite struct LinkTests {
    private static func handshake(_ suite: LinkSuite) -> LinkHandshake {
        var handshake = LinkHandshake(
            suite: suite, role: 0x14, username: Array("admin".utf8), consoleID: 0xa0a1_a2a3,
            consoleRandom: (0..<16).map { UInt8($0 &* 7) })
        handshake.bmcID = 0x0200_0017
        handshake.bmcRandom = (0..<16).map { UInt8(200 - $0) }
        handshake.bmcGUID = (0..<16).map { UInt8($0) }
        return handshake
    }

    /// libfreeipmi calculates the same keys from the same numbers.
    @Test(arguments: [UInt8(3), 8, 17]) func keysAreThoseOfLibfreeipmi(id: UInt8) throws {
        #expect(ipmi_rmcpplus_init() == 0)
        let suite = try #require(LinkSuite(id))
        let handshake = Self.handshake(suite)
        let credentials = LinkCredentials(username: "admin", password: "canary-S3cret")
        let userKey = try #require(KeyedHash(suite.hash, key: credentials.userKey))
        let bmcKey = try #require(KeyedHash(suite.hash, key: credentials.bmcKey))
        var sik = [UInt8](repeating: 0, count: 64)
        let length = ipmi_calculate_sik(
            suite.algorithms[0], credentials.bmcKey, 20, handshake.consoleRandom, 16, handshake.bmcRandom, 16, 1, 4,
            "admin", 5, &sik, 64)
        #expect(handshake.sessionKey(bmcKey) == Array(sik.prefix(max(Int(length), 0))))
        var code = [UInt8](repeating: 0, count: 64)
        let codeLength = ipmi_calculate_rakp_3_key_exchange_authentication_code(
            suite.algorithms[0], credentials.userKey, 20, handshake.bmcRandom, 16, handshake.consoleID, 1, 4, "admin",
            5,
            &code, 64)
        #expect(handshake.rakp3Code(userKey) == Array(code.prefix(max(Int(codeLength), 0))))
    }

    @Test(arguments: [UInt8(3), 8, 17]) func packetsOpenAgainAndChangedOnesDoNot(id: UInt8) throws {
        let suite = try #require(LinkSuite(id))
        let sik = try #require(KeyedHash(suite.hash, key: [UInt8](1...20)))
        let keys = try #require(LinkKeys(suite, sessionKey: sik))
        for size in 0...70 {
            let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let packet = LinkPacket.sealed(0x01, payload, session: 0x1234_5678, sequence: 9, keys)
            let head = try #require(LinkPacket.Head(packet))
            #expect(head.session == 0x1234_5678 && head.sequence == 9 && head.type == 1)
            #expect(LinkPacket.open(packet, head, keys) == payload)
            var changed = packet
            let index = Int.random(in: 4..<packet.count)
            changed[index] ^= 1 << UInt8.random(in: 0..<8)
            let still = LinkPacket.Head(changed).flatMap { LinkPacket.open(changed, $0, keys) }
            #expect(still == nil, "byte \(index)")
        }
    }

    @Test func hostilePacketsNeverTrap() throws {
        var generator = SystemRandomNumberGenerator()
        let suite = try #require(LinkSuite(17))
        for round in 0..<20_000 {
            let link = Link(
                LinkCredentials(username: "admin", password: "x"), suite: suite, privilege: 4, raising: true)
            link.open(.now)
            guard round % 20 == 0 || round < 2000 else { continue }
            for _ in 0..<10 {
                var packet: [UInt8] = [6, 0, 0xff, 7, 6, UInt8.random(in: 0x10...0x15, using: &generator)]
                packet += (0..<Int.random(in: 0...90, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                if packet.count > 18 {
                    packet[14] = UInt8(packet.count - 16)
                    packet[15] = 0
                    packet[16] = link.output.first?[16] ?? 0
                    packet[17] = 0
                }
                _ = link.receive(packet, .now)
            }
        }
    }

    @Test func aSequenceNumberIsTakenOnce() {
        var window = SequenceWindow()
        let taken = [5, 6, 5, 4, 40, 6, 39, 39, 7, 0].map { window.accept(UInt32($0)) }
        #expect(taken == [true, true, false, true, true, false, true, false, false, false])
    }

    @Test func aSerialChannelLosesAndDoublesNothing() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var console = SerialChannel(packetSize: 17)
            var now = ContinuousClock.now
            let typed = (0..<500).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let printed = (0..<400).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var arrived: [UInt8] = []
            var lastTaken: (number: UInt8, count: Int) = (0, 0)
            var shown: [UInt8] = []
            var bmcSent = 0
            var flight: (number: UInt8, count: Int)?
            var bmcSequence: UInt8 = 0
            console.type(typed, now)
            for _ in 0..<20_000 where arrived.count < typed.count || bmcSent < printed.count {
                now += .milliseconds(250)
                if flight == nil, bmcSent < printed.count {
                    bmcSequence = bmcSequence % 15 + 1
                    flight = (bmcSequence, min(20, printed.count - bmcSent))
                }
                if let flight, Int.random(in: 0..<4, using: &generator) > 0 {
                    console.receive(
                        [flight.number, 0, 0, 0] + printed[bmcSent..<bmcSent + flight.count], now)
                }
                let packets = console.output
                console.output = []
                for packet in packets where Int.random(in: 0..<4, using: &generator) > 0 {
                    if let sent = flight, packet[1] == sent.number {
                        bmcSent += Int(packet[2])
                        flight = nil
                    }
                    guard packet[0] != 0 else { continue }
                    let characters = packet.dropFirst(4)
                    // Now and then only a part is taken.
                    let count = Bool.random(using: &generator) ? characters.count : max(1, characters.count / 2)
                    if packet[0] != lastTaken.number {
                        arrived += characters.prefix(count)
                        lastTaken = (packet[0], count)
                        console.receive([0, packet[0], UInt8(count), 0], now)
                    } else {
                        console.receive([0, packet[0], UInt8(lastTaken.count), 0], now)
                    }
                }
                shown += console.inbound
                console.took(console.inbound.count)
                console.tick(now)
                if console.hasEnded { break }
            }
            #expect(shown == printed)
            #expect(arrived == typed)
        }
    }
}
