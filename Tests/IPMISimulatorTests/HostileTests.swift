// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import IPMISimulator

/// Datagrams that no good client sends; and that the same seed gives the same run.
@Suite(.timeLimit(.minutes(1)))
struct HostileTests {
    @Test func randomAndMutatedDatagramsDoNoHarm() throws {
        let console = try TestConsole.logged()
        let power = console.machine.counts
        var random = SeededRandom(seed: 11)
        var samples: [[UInt8]] = [
            [0x06, 0, 0xFF, 0x06, 0, 0, 0x11, 0xBE, 0x80, 1, 0, 0], console.openRequest(),
            PlainPacket.encode(message: console.message(0x06, 0x38, [0x8E, 4])),
            PlusPacket.encode(type: PayloadType.rakp1, payload: [UInt8](repeating: 1, count: 40)),
            PlusPacket.encode(type: PayloadType.rakp3, payload: [UInt8](repeating: 1, count: 28)),
        ]
        samples.append(console.packet(console.message(0x00, 0x01, [])))
        for round in 0..<100_000 {
            var bytes = samples[Int.random(in: 0..<samples.count, using: &random)]
            switch round % 4 {
            case 0:
                bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            case 1: bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            default:
                for _ in 0...Int.random(in: 0...3, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
            }
            console.send(bytes)
            console.received = []
            if round % 1_000 == 0 { console.clock.pass(.seconds(1)) }
        }
        #expect(console.endpoint.core.sessions.count <= 16)
        #expect(console.machine.counts == power)
        console.wait(.seconds(11))
        #expect(console.open() == 0, "a good client is still served")
    }

    @Test func whatIsDelayedIsBounded() throws {
        let console = try TestConsole(faults: ["latency:1000000"])
        let ping: [UInt8] = [0x06, 0, 0xFF, 0x06, 0, 0, 0x11, 0xBE, 0x80, 1, 0, 0]
        for _ in 0..<10_000 { console.send(ping) }
        #expect(console.received.isEmpty)
        console.clock.pass(.seconds(1_000_001))
        let late = console.endpoint.wake(at: console.clock.now)
        #expect(late.count == DatagramFaults<Peer>.capacity)
    }

    @Test func everyCommandTakesAnyData() throws {
        let console = try TestConsole.logged()
        var random = SeededRandom(seed: 12)
        for key in CommandTable.all.keys.sorted(by: {
            ($0.networkFunction, $0.command) < ($1.networkFunction, $1.command)
        }) {
            for length in 0...24 {
                let data = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
                let request = IPMIRequest(
                    networkFunction: key.networkFunction, command: key.command, data: data, privilege: .administrator)
                let session = console.endpoint.core.sessions.keys.first
                _ = console.endpoint.core.execute(request, session: session, at: console.clock.now)
                console.endpoint.core.afterAnswer = nil
            }
        }
        #expect(console.endpoint.core.fruWrites.values.allSatisfy { $0.count <= FRUInventory.size })
        #expect(console.machine.eventLog.records.count <= 512)
    }

    @Test func theSameSeedGivesTheSameRun() throws {
        func run(_ seed: UInt64) throws -> [[UInt8]] {
            let faults = [
                "loss:0.1", "duplicate:0.2", "reorder:0.2", "latency:seconds=0.05,jitter=0.2", "garbage:0.05",
                "wrong-checksum:0.1", "node-busy:0.1",
            ]
            let console = try TestConsole(.init(seed: seed), faults: faults, seed: seed)
            for step in 0..<300 {
                if step % 10 == 0 {
                    console.send(console.openRequest(tag: UInt8(step % 256)))
                } else {
                    console.send(PlainPacket.encode(message: console.message(0x06, 0x38, [0x8E, 4])))
                }
                console.wait(.milliseconds(30))
            }
            return console.received
        }
        let first = try run(1)
        #expect(first.count > 200)
        #expect(try run(1) == first)
        #expect(try run(2) != first)
    }
}
