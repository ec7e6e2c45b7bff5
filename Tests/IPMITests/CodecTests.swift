// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit
import Testing

@testable import IPMI

@Suite struct CodecTests {
    @Test func aPresessionRequestIsTheOneABMCAnswers() {
        let message = PresessionMessage(command: 0x38, sequence: 0, data: [0x8e, 0x04])
        #expect(message.packet == PresessionPing.packet)
    }

    @Test func anAnswerIsTakenOnlyIfItIsToTheRequest() throws {
        let request = PresessionMessage(command: 0x38, sequence: 5, data: [0x8e, 0x04])
        // As ipmi_sim sent it.
        let answer: [UInt8] = [
            0x06, 0x00, 0xff, 0x07, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x81, 0x1c, 0x63, 0x20, 0x14, 0x38, 0x00, 0x01,
            0x97, 0x06, 0x03, 0x00, 0x00, 0x00, 0x00, 0xf3,
        ]
        let taken = try #require(request.answer(in: answer))
        #expect(taken.completionCode == 0)
        #expect(taken.data == [0x01, 0x97, 0x06, 0x03, 0, 0, 0, 0])
        for index in answer.indices {
            #expect(request.answer(in: Array(answer.prefix(index))) == nil)
            var changed = answer
            changed[index] ^= 0x40
            let still = request.answer(in: changed)
            // Bytes that say nothing in this format may change: RMCP reserved, sequence, session fields.
            #expect(still == nil || [1, 2].contains(index) || (5...12).contains(index))
        }
        #expect(PresessionMessage(command: 0x38, sequence: 6, data: []).answer(in: answer) == nil)
        #expect(PresessionMessage(command: 0x54, sequence: 5, data: []).answer(in: answer) == nil)
    }

    @Test func theAnswerToABeginningSessionIsUnderstood() {
        let request = OpenSessionRequest(cipherSuite: 3, privilege: 4, tag: 0x24, sessionID: 0x24a2_a1a0)
        let header: [UInt8] = [0x06, 0x00, 0xff, 0x07, 0x06, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 36, 0]
        // As ipmi_sim sent them.
        let accepted: [UInt8] = [
            0x24, 0x00, 0x04, 0x00, 0xa0, 0xa1, 0xa2, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x01, 0x00,
            0x00, 0x00, 0x01, 0x00, 0x00, 0x08, 0x01, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x08, 0x01, 0x00, 0x00, 0x00,
        ]
        #expect(request.answer(in: header + accepted) == .accepted)
        #expect(request.answer(in: header + [0x24, 0x01, 0x3f, 0x01]) == .noSessionLeft)
        #expect(request.answer(in: header + [0x24, 0x11, 0, 0]) == .otherCipherSuite)
        #expect(request.answer(in: header + [0x24, 0x09, 0, 0]) == .refused(0x09))
        #expect(request.answer(in: header + [0x25, 0x01, 0, 0]) == nil)
        let strong = OpenSessionRequest(cipherSuite: 17, privilege: 4, tag: 0x24, sessionID: 1)
        #expect(strong.answer(in: header + accepted) == .otherCipherSuite)
        for count in 0..<(header + accepted).count {
            #expect(strong.answer(in: Array((header + accepted).prefix(count))) != .accepted)
        }
    }

    @Test func randomPacketsNeverTrap() {
        var generator = SystemRandomNumberGenerator()
        let request = PresessionMessage(command: 0x54, sequence: 2, data: [])
        for _ in 0..<50_000 {
            var packet = (0..<Int.random(in: 0...48, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if packet.count > 13, Bool.random(using: &generator) {
                packet.replaceSubrange(0..<5, with: [6, 0, 0xff, 7, 0])
                packet[13] = UInt8(packet.count - 14)
            }
            _ = request.answer(in: packet)
            _ = CipherSuite.ids(inRecords: packet)
        }
    }

    @Test func cipherSuiteRecordsAreRead() {
        let records: [UInt8] = [
            0xc0, 3, 0x01, 0x41, 0x81, 0xc1, 200, 1, 2, 3, 0x01, 0x41, 0x81, 0xc0, 17, 0x03, 0x44, 0x81,
        ]
        #expect(CipherSuite.ids(inRecords: records) == [3, 17])
        #expect(CipherSuite.ids(inRecords: []) == [])
        #expect(CipherSuite.ids(inRecords: [0xc0]) == [])
    }

    @Test(
        arguments: [
            (BootSetting(target: .pxe), [0x80, 0x04]),
            (BootSetting(target: .disk, persistent: true, firmware: .uefi), [0xe0, 0x08]),
            (BootSetting(target: .cd, firmware: .legacy), [0x80, 0x14]),
            (BootSetting(target: .setup, firmware: .uefi), [0xa0, 0x18]), (BootSetting(target: .none), [0x80, 0x00]),
        ] as [(BootSetting, [UInt8])])
    func bootFlagsGoBothWays(setting: BootSetting, bytes: [UInt8]) throws {
        let flags = try #require(BootFlags(setting))
        #expect(flags.data == bytes + [0, 0, 0])
        let back = try #require(BootFlags(answer: [0x01, 0x05] + flags.data))
        #expect(back == flags)
        let read = back.setting(selectorOnly: false)
        #expect(read.target == setting.target)
        #expect(read.persistent == setting.persistent)
    }

    @Test func bootFlagsOfAnotherParameterAreNoAnswer() {
        #expect(BootFlags(answer: [1, 4, 0, 0]) == nil)
        #expect(BootFlags(answer: [1, 5, 0x80]) == nil)
        #expect(BootFlags(BootSetting(target: .usb)) == nil)
    }

    @Test func timeoutsStayWithinTheTimeLeft() {
        for milliseconds in stride(from: 0, through: 100_000, by: 37) {
            for repetition in [SessionTiming.Repetition.allowed, .never] {
                let timing = SessionTiming(remaining: .milliseconds(milliseconds), repetition)
                #expect(timing.retransmission < timing.session)
                #expect(timing.retransmission > 0)
                switch repetition {
                case .allowed: #expect(timing.session <= max(milliseconds - 200, 150))
                case .never: #expect(Int(timing.retransmission) > milliseconds + 5_000)
                }
            }
        }
    }

    @Test func aCycleThatIsNotSeenIsWaitedFor() throws {
        let begin = ContinuousClock.now
        var unseen = PowerWatch(PowerStep(.cycle), from: begin)
        let atOnce = unseen.isReached(by: .on, at: begin)
        let later = unseen.isReached(by: .on, at: begin + .seconds(3))
        #expect(!atOnce && later)
        var seen = PowerWatch(PowerStep(.cycle), from: begin)
        let off = seen.isReached(by: .off, at: begin)
        let on = seen.isReached(by: .on, at: begin + .seconds(1))
        #expect(!off && on)
    }

    @Test func textsOfEachKindAreRead() {
        // Binary, BCD plus, six-bit ("IPMI", FRU definition section 13.2), Latin-1, end.
        let bytes: [UInt8] = [0x02, 0xbe, 0xef, 0x42, 0x12, 0xb3, 0x83, 0x29, 0xdc, 0xa6, 0xc3, 0x41, 0xe9, 0x01, 0xc1]
        var fields = FRUFields(bytes, at: 0, english: true)
        #expect(fields.next() == "beef")
        #expect(fields.next() == "12-3")
        #expect(fields.next() == "IPMI")
        #expect(fields.next() == "A\u{e9}")
        #expect(fields.next() == nil)
    }

    @Test(arguments: [
        (0, "1996-01-01"), (59, "1996-02-29"), (60, "1996-03-01"), (365, "1996-12-31"), (8766, "2020-01-01"),
        (11650, "2027-11-24"),
    ])
    func daysBecomeDates(days: Int, text: String) {
        #expect(CivilDate(daysSince1996: days).text == text)
    }

    @Test func hostileInventoriesNeverTrap() {
        var generator = SystemRandomNumberGenerator()
        for round in 0..<100_000 {
            var bytes =
                round % 2 == 0
                ? FRUImage.sample : [UInt8](repeating: 0, count: Int.random(in: 0...300, using: &generator))
            for _ in 0..<Int.random(in: 1...20, using: &generator) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if bytes.count > 1, round % 3 == 0 { bytes[0] = 1 }
            let fru = FRU(Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator))))
            #expect((fru.board?.serial?.unicodeScalars.count ?? 0) <= 126)
        }
    }
}
