// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import IPMISimulator

/// What each fault does on the wire, in virtual time.
struct FaultTests {
    private func status(_ console: TestConsole) -> TestConsole.Answer? { console.command(0x00, 0x01) }

    @Test func everyFaultOfThisWireIsTriedHere() {
        let wanted = FaultKind.all.filter { [.any, .datagram, .ipmi, .chassis].contains($0.scope) }.map(\.name)
        let tried: Set<String> = [
            "loss", "duplicate", "reorder", "latency", "hang", "garbage", "truncate", "session-limit",
            "session-expiry", "session-leak", "low-privilege", "auth-lockout", "rakp-truncated", "rakp-status",
            "wrong-checksum", "wrong-sequence", "wrong-session-id", "wrong-auth-code", "wrong-completion-code",
            "node-busy", "sdr-changing", "boot-lapse-locked", "sol-flood", "sol-drop", "bmc-restart",
            "firmware-update", "reply-lost", "power-drop", "boot-ignored", "boot-once-sticks", "boot-persistent-lost",
            "boot-wrong-readback", "power-stale", "power-stuck-on", "power-stuck-off", "power-slow", "clock-jump",
            "sensor-missing",
        ]
        #expect(Set(wanted) == tried, "a fault without a test, or a test without a fault")
    }

    // MARK: Datagrams

    @Test func lossTakesItsShareBothWays() throws {
        let console = try TestConsole.logged()
        try console.set("loss:0.5")
        let answered = (0..<400).count { _ in status(console) != nil }
        #expect((60...140).contains(answered), "\(answered) of 400 at one half each way")
    }

    @Test func duplicateSendsTheSameTwice() throws {
        let console = try TestConsole.logged(faults: ["duplicate:1"])
        console.received = []
        #expect(status(console)?.code == 0)
        #expect(console.received.count == 2 && console.received[0] == console.received[1])
        #expect(console.statistics.count(0x00, 0x01) == 1)
    }

    @Test func reorderSendsAnAnswerAfterTheNext() throws {
        let console = try TestConsole.logged()
        try console.set("reorder:1")
        let first = console.packet(console.message(0x00, 0x01, []))
        let second = console.packet(console.message(0x06, 0x01, []))
        #expect(console.send(first).isEmpty)
        let answers = console.send(second).compactMap { console.answer($0) }
        #expect(answers.map(\.data.count) == [15, 4])
        #expect(console.send(console.packet(console.message(0x00, 0x01, []))).isEmpty)
        #expect(console.wait(.seconds(1)).count == 1, "held back, but not for ever")
    }

    @Test func latencyHoldsAnswersBack() throws {
        let console = try TestConsole.logged()
        try console.set("latency:seconds=2,jitter=1")
        #expect(status(console) == nil)
        #expect(console.wait(.milliseconds(1_990)).isEmpty)
        #expect(console.wait(.milliseconds(1_020)).compactMap { console.answer($0) }.count == 1)
    }

    @Test func hangAnswersNothingAfterSoMany() throws {
        let console = try TestConsole.logged()
        try console.set("hang:2")
        #expect(status(console) != nil && status(console) != nil)
        #expect(status(console) == nil && status(console) == nil)
    }

    @Test func garbageAndTruncateSpoilAnswers() throws {
        let console = try TestConsole.logged()
        console.received = []
        #expect(status(console) != nil)
        let length = console.received[0].count
        for (fault, expected) in [("garbage", length), ("truncate", length / 2)] {
            try console.set(fault)
            console.received = []
            #expect(status(console) == nil)
            #expect(console.received.count == 1 && console.received[0].count == expected)
        }
    }

    // MARK: Sessions

    @Test func sessionLimitRefusesMore() throws {
        let console = try TestConsole(faults: ["session-limit:2"])
        for id in 1...2 {
            console.consoleID = UInt32(id)
            #expect(console.open() == 0)
        }
        console.consoleID = 3
        #expect(console.open() == RAKPStatus.noResources)
        #expect(console.statistics.sessionsOpen == 2 && console.statistics.sessionsPeak == 2)
    }

    @Test func sessionExpiryEndsASession() throws {
        let console = try TestConsole.logged(faults: ["session-expiry:seconds=1,count=1"])
        #expect(status(console) != nil)
        console.wait(.seconds(1))
        #expect(status(console) == nil)
        #expect(console.statistics.sessionsOpen == 0 && console.statistics.sessionsLost == 1)
        #expect(console.open() == 0)
        console.wait(.seconds(5))
        #expect(status(console) != nil, "it happens to one session only")
    }

    @Test func sessionLeakAnswersAndKeeps() throws {
        let console = try TestConsole.logged(faults: ["session-leak"])
        let id = console.bmcID.wire
        #expect(console.command(0x06, 0x3C, id[0], id[1], id[2], id[3])?.code == 0)
        #expect(console.statistics.sessionsOpen == 1)
        console.wait(.seconds(61))
        #expect(console.statistics.sessionsOpen == 0)
    }

    @Test func lowPrivilegeReadsOnly() throws {
        let console = try TestConsole.logged(faults: ["low-privilege"])
        #expect(status(console)?.code == 0)
        #expect(console.command(0x00, 0x02, 0)?.code == 0xD4)
        #expect(console.machine.power == .on)
    }

    @Test func lockoutComesAfterSoManyFailures() throws {
        let console = try TestConsole(faults: ["auth-lockout:3"])
        for id in 1...3 {
            console.consoleID = UInt32(id)
            #expect(console.open(password: "wrong") == nil)
        }
        console.consoleID = 4
        #expect(console.open() == RAKPStatus.unauthorisedName)
    }

    @Test func rakpIsCutShortOrRefused() throws {
        let short = try TestConsole(faults: ["rakp-truncated"])
        #expect(short.open() == nil)
        #expect(TestConsole.payload(short.received.last)?.count == 30)
        let wrong = try TestConsole(faults: ["rakp-status:0x0D"])
        #expect(wrong.open() == 0x0D)
    }

    // MARK: Answers

    @Test(arguments: ["wrong-checksum", "wrong-sequence", "wrong-session-id", "wrong-auth-code"])
    func answersThatMustNotBeBelieved(fault: String) throws {
        let console = try TestConsole.logged()
        try console.set(fault)
        console.received = []
        #expect(status(console) == nil)
        #expect(console.received.count == 1, "something came, and was wrong")
        try console.set()
        #expect(status(console)?.code == 0, "the session is still good")
    }

    @Test func completionCodesOfFaults() throws {
        let console = try TestConsole.logged()
        try console.set("wrong-completion-code:0xC3")
        #expect(status(console)?.code == 0xC3)
        try console.set("node-busy:rate=1,count=2")
        #expect((0..<3).map { _ in status(console)?.code } == [0xC0, 0xC0, 0x00])
        try console.set("firmware-update:after=1,seconds=5")
        #expect(status(console)?.code == 0 && status(console)?.code == 0xD1)
        console.wait(.seconds(5))
        #expect(status(console)?.code == 0)
    }

    @Test func theSDRChangesWhileItIsRead() throws {
        let console = try TestConsole.logged(faults: ["sdr-changing:1"])
        let reservation = try #require(console.command(0x0A, 0x22)).data
        #expect(console.command(0x0A, 0x23, reservation[0], reservation[1], 1, 0, 5, 16)?.code == 0xC5)
        let next = try #require(console.command(0x0A, 0x22)).data
        #expect(next != reservation)
        #expect(console.command(0x0A, 0x23, next[0], next[1], 1, 0, 5, 16)?.code == 0)
    }

    @Test func bootParameter3IsLocked() throws {
        let console = try TestConsole.logged(faults: ["boot-lapse-locked"])
        #expect(console.command(0x00, 0x08, 3, 0x08)?.code == 0xCC)
        #expect(console.command(0x00, 0x08, 5, 0x80, 0x04, 0, 0, 0)?.code == 0)
    }

    // MARK: Serial-over-LAN

    @Test func theConsoleFloodsAndDrops() throws {
        let console = try TestConsole.logged(faults: ["sol-flood:20000", "sol-drop:3"])
        #expect(console.command(0x06, 0x48, 1, 1, 0xC0, 0, 0, 0)?.code == 0)
        var characters = 0
        var ended = false
        for _ in 0..<400 where !ended {
            for bytes in console.wait(.milliseconds(10)) {
                guard let (type, payload) = console.open(bytes), type == PayloadType.sol,
                    let packet = SOLPacket(payload)
                else { continue }
                characters += packet.data.count
                ended = ended || packet.flags & SOLPacket.deactivating != 0
                var reply = SOLPacket()
                (reply.acknowledged, reply.accepted) = (packet.sequence, UInt8(packet.data.count))
                console.send(console.packet(reply.encoded, type: PayloadType.sol))
            }
        }
        #expect(ended && characters > 20_000, "\(characters) characters")
        #expect(console.command(0x06, 0x4A, 1)?.data == [1, 0, 0])
    }

    // MARK: The BMC and its machine

    @Test func aRestartForgetsSessions() throws {
        let console = try TestConsole.logged()
        try console.set("bmc-restart:after=1,seconds=3,count=1")
        #expect(status(console) != nil)
        #expect(status(console) == nil)
        #expect(console.statistics.sessionsLost == 1)
        console.wait(.milliseconds(2_900))
        #expect(console.open() == nil, "still away")
        console.wait(.milliseconds(200))
        #expect(console.open() == 0)
        #expect(status(console) != nil)
    }

    @Test func aLostReplyIsNoLostEffect() throws {
        let console = try TestConsole.logged(faults: ["reply-lost:1"])
        #expect(console.command(0x00, 0x02, 0x03) == nil)
        #expect(console.machine.counts.resets == 1)
        #expect(status(console)?.code == 0)
    }

    @Test func powerDropTakesTheConnection() throws {
        let console = try TestConsole.logged(faults: ["power-drop"])
        #expect(console.command(0x00, 0x02, 0x00) == nil)
        console.wait(.seconds(1))
        #expect(console.machine.power == .off && console.statistics.sessionsOpen == 0)
    }

    @Test func theMachineMisbehavesOverIPMI() throws {
        let console = try TestConsole.logged()
        func flags(_ console: TestConsole, _ first: UInt8, _ device: UInt8) -> [UInt8]? {
            _ = console.command(0x00, 0x08, 5, first, device << 2, 0, 0, 0)
            return console.command(0x00, 0x09, 5, 0, 0)?.data
        }
        try console.set("boot-ignored")
        #expect(flags(console, 0xA0, 1)?[2] == 0x20, "not valid")
        try console.set("boot-once-sticks")
        #expect(flags(console, 0xA0, 1)?[2] == 0xE0)
        try console.set("boot-persistent-lost")
        #expect(flags(console, 0xE0, 1)?[2] == 0xA0)
        try console.set("boot-wrong-readback")
        #expect(flags(console, 0xA0, 1)?[3] == 0x08)
        try console.set("power-stuck-on")
        #expect(console.command(0x00, 0x02, 0)?.code == 0)
        console.wait(.seconds(1))
        #expect(status(console)?.data[0] == 1)
        try console.set("power-stale:5")
        #expect(status(console)?.data[0] == 1)
        #expect(console.command(0x00, 0x02, 0)?.code == 0)
        console.wait(.seconds(1))
        #expect(status(console)?.data[0] == 1 && console.machine.power == .off)
        console.wait(.seconds(5))
        #expect(status(console)?.data[0] == 0)
        try console.set("power-stuck-off")
        #expect(console.command(0x00, 0x02, 1)?.code == 0)
        console.wait(.seconds(1))
        #expect(status(console)?.data[0] == 0)
        try console.set("power-slow:10")
        #expect(console.command(0x00, 0x02, 1)?.code == 0)
        console.wait(.seconds(9))
        #expect(status(console)?.data[0] == 0)
        console.wait(.seconds(2))
        #expect(status(console)?.data[0] == 1)
        let before = try #require(console.command(0x0A, 0x48)).data
        try console.set("clock-jump:86400", "sensor-missing")
        let after = try #require(console.command(0x0A, 0x48)).data
        func number(_ bytes: [UInt8]) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }
        #expect(number(after) - number(before) == 86_400)
        #expect(console.command(0x04, 0x2D, 1)?.data[1] == 0xE0)
    }
}
