// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import IPMISimulator

/// Serial-over-LAN packet by packet, in virtual time.
struct SerialTests {
    /// A console's end of the line, which acknowledges, repeats, and keeps what it was shown.
    private final class Terminal {
        let console: TestConsole
        private(set) var shown: [UInt8] = []
        private(set) var hasEnded = false
        private var sequence: UInt8 = 0
        private var isAcknowledged = false
        private var lastReceived: UInt8 = 0
        private var window = SequenceWindow()

        init(_ console: TestConsole) { self.console = console }

        func activate() -> UInt8? { console.command(0x06, 0x48, 1, 1, 0xC0, 0, 0, 0)?.code }

        /// Takes packets of the BMC and acknowledges those with characters.
        func take(_ datagrams: [[UInt8]]) {
            for bytes in datagrams {
                // A datagram that came twice counts once, as in any session.
                guard case .plus(let outer)? = RMCPDatagram(bytes), window.accept(outer.sequence) else { continue }
                guard let (type, payload) = console.open(bytes), type == PayloadType.sol,
                    let packet = SOLPacket(payload)
                else { continue }
                if packet.flags & SOLPacket.deactivating != 0 { hasEnded = true }
                if packet.acknowledged == sequence, sequence != 0 { isAcknowledged = true }
                guard packet.sequence != 0 else { continue }
                if packet.sequence != lastReceived { shown += packet.data }
                lastReceived = packet.sequence
                var reply = SOLPacket()
                (reply.acknowledged, reply.accepted) = (packet.sequence, UInt8(packet.data.count))
                take(console.send(console.packet(reply.encoded, type: PayloadType.sol)))
            }
        }

        /// Types, and repeats the packet until it was acknowledged; false after twenty tries.
        func type(_ text: [UInt8]) -> Bool {
            sequence = sequence % 15 + 1
            isAcknowledged = false
            var packet = SOLPacket()
            (packet.sequence, packet.data) = (sequence, text)
            for _ in 0..<20 where !isAcknowledged {
                take(console.send(console.packet(packet.encoded, type: PayloadType.sol)))
                if !isAcknowledged { take(console.wait(.milliseconds(50))) }
            }
            return isAcknowledged
        }

        func wait(_ time: Duration) {
            let end = console.clock.now + time
            while console.clock.now < end { take(console.wait(.milliseconds(20))) }
        }
    }

    private func text(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    @Test func everythingComesBackIntact() throws {
        let console = try TestConsole.logged(.three, .init(console: .echo, seed: 7))
        let terminal = Terminal(console)
        #expect(terminal.activate() == 0)
        let sent = text(262_144, seed: 1)
        for start in stride(from: 0, to: sent.count, by: 240) {
            #expect(terminal.type(Array(sent[start..<min(sent.count, start + 240)])))
            console.received = []
        }
        terminal.wait(.seconds(1))
        #expect(terminal.shown == sent)
    }

    @Test func lossIsRepaired() throws {
        let console = try TestConsole.logged(.seventeen, .init(console: .echo, seed: 7))
        let terminal = Terminal(console)
        #expect(terminal.activate() == 0)
        try console.set("loss:0.15", "duplicate:0.1")
        let sent = text(20_000, seed: 2)
        for start in stride(from: 0, to: sent.count, by: 200) {
            #expect(terminal.type(Array(sent[start..<min(sent.count, start + 200)])))
        }
        terminal.wait(.seconds(5))
        #expect(terminal.shown == sent)
    }

    @Test func oneSessionHasTheLine() throws {
        let console = try TestConsole.logged(.three, .init(console: .echo, seed: 7))
        let first = Terminal(console)
        #expect(first.activate() == 0)
        #expect(first.activate() == 0x80)
        #expect(console.command(0x06, 0x4A, 1)?.data == [1, 1, 0])
        #expect(console.command(0x06, 0x4B, 1, 1)?.data.prefix(4).elementsEqual(console.bmcID.wire) == true)
        // Another console, at the same BMC, takes it away.
        let other = try TestConsole(.init(console: .echo, seed: 7))
        swap(&other.endpoint, &console.endpoint)
        other.peer.port += 1
        other.consoleID += 1
        other.clock.pass(console.clock.now)
        #expect(other.open() == 0)
        #expect(other.command(0x06, 0x48, 1, 1, 0xC0, 0, 0, 0)?.code == 0x80)
        other.received = []
        #expect(other.command(0x06, 0x49, 1, 1, 0, 0, 0, 0)?.code == 0)
        first.take(other.received)
        #expect(first.hasEnded, "the one who had it is told")
        #expect(other.command(0x06, 0x48, 1, 1, 0xC0, 0, 0, 0)?.code == 0)
        #expect(other.command(0x06, 0x49, 1, 1, 0, 0, 0, 0)?.code == 0)
        #expect(other.command(0x06, 0x49, 1, 1, 0, 0, 0, 0)?.code == 0x80)
    }

    @Test func theMachineBootsOnTheLine() throws {
        let console = try TestConsole.logged(.three, .init(seed: 7), Chassis(power: .off))
        let terminal = Terminal(console)
        #expect(terminal.activate() == 0)
        #expect(terminal.type(Array("nobody listens".utf8)))
        #expect(terminal.shown.isEmpty)
        #expect(console.command(0x00, 0x02, 1)?.code == 0)
        terminal.wait(.seconds(2))
        let shown = String(decoding: terminal.shown, as: UTF8.self)
        #expect(shown.contains("serial number SIM0001") && shown.contains("Booting from pxe (uefi)"))
        #expect(terminal.type(Array("root\r".utf8)))
        terminal.wait(.milliseconds(200))
        #expect(String(decoding: terminal.shown, as: UTF8.self).hasSuffix("login: root\r\nsim0001 login: "))
    }

    @Test func aConsoleOutsideIsReached() throws {
        final class Backend: ConsoleBackend {
            func attach(_ sink: (@Sendable ([UInt8]) -> Void)?) {}
            func type(_ bytes: [UInt8]) {}
            func makeBreak() {}
        }
        let console = try TestConsole.logged(.three, .init(console: .backend(Backend()), seed: 7))
        let terminal = Terminal(console)
        #expect(terminal.activate() == 0)
        var packet = SOLPacket()
        (packet.sequence, packet.data, packet.flags) = (1, Array("ls".utf8), SOLPacket.makeBreak)
        let bytes = console.packet(packet.encoded, type: PayloadType.sol)
        let actions = console.endpoint.receive(bytes, from: console.peer, at: console.clock.now)
        #expect(actions.contains(.type(Array("ls".utf8))) && actions.contains(.makeBreak))
        let printed = console.endpoint.printed(Array("file\r\n".utf8), at: console.clock.now)
        terminal.take(printed.compactMap { if case .send(let bytes, _) = $0 { bytes } else { nil } })
        #expect(terminal.shown == Array("file\r\n".utf8))
    }
}
