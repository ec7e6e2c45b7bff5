// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import PMONSimulator

/// The serial line itself: whatever comes on it, and in whatever pieces.
@Suite struct LineTests {
    private static func bytes(_ random: inout SeededRandom, _ count: Int) -> [UInt8] {
        let words = [
            "load ", "g ", "tftp://", "set ", "\r", "\n", "\u{3}", "\u{8}", "-", "\"", ";", "$", "${", "ifaddr eth0 ",
            "1.2.3.4",
            "ping ", "boot", "initrd ", "/dev/", "\u{1B}[", "unset ", "-e ", "-c ",
        ]
        var bytes: [UInt8] = []
        while bytes.count < count {
            if random.happens(0.5) {
                bytes += Array((words.randomElement(using: &random) ?? "").utf8)
            } else {
                bytes.append(UInt8(truncatingIfNeeded: random.next()))
            }
        }
        return bytes
    }

    private static func answer(_ board: inout Board, _ random: inout SeededRandom) {
        guard let effect = board.effects.last else { return }
        switch effect {
        case .fetch(let fetch):
            switch random.next() % 4 {
            case 0: board.handle(.fetched(fetch.number, .success(StandInKernel.bytes)))
            case 1: board.handle(.fetched(fetch.number, .success(Self.bytes(&random, 80))))
            case 2: board.handle(.fetched(fetch.number, .failure(.brokenOff)))
            default: board.handle(.fetched(fetch.number, .failure(.notOpened("No such file or directory"))))
            }
        case .ping(let number, _, _, _): board.handle(.pinged(number, lines: ["x"], isAnswered: random.happens(0.5)))
        case .start: board.handle(.systemEnded(restarts: random.happens(0.7)))
        default: break
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func randomBytesNeverTrap(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var board = Board {
            $0.seed = seed
            $0.faults.dropRate = seed % 3 == 0 ? 0.1 : 0
            $0.faults.noiseRate = seed % 4 == 0 ? 0.1 : 0
            $0.faults.echoDelay = seed % 5 == 0 ? .milliseconds(20) : .zero
            $0.userPassword = seed % 7 == 0 ? "x" : nil
        }
        for _ in 0..<200 {
            board.handle(.powerOn)
            board.wait(.milliseconds(Int64(random.next() % 3_000)))
            board.handle(.typed(Self.bytes(&random, Int(random.next() % 120))))
            Self.answer(&board, &random)
            if random.happens(0.05) { board.handle(.reset) }
            if random.happens(0.02) { board.handle(.powerOff) }
        }
        // Whatever happened, a power cycle brings the firmware back.
        board.firmware.settings.faults = PMONFaults()
        board.firmware.settings.userPassword = nil
        board.handle(.powerOff)
        board.handle(.powerOn)
        let before = board.output.count
        board.wait(.seconds(1))
        #expect(String(decoding: board.output[before...], as: UTF8.self).contains("PMON2000"))
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func anySplitOfTheInputGivesTheSameOutput(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let adjust = { (settings: inout PMONSettings) in
            settings.seed = seed
            settings.faults.dropRate = seed % 2 == 0 ? 0.05 : 0
            settings.faults.echoDelay = seed % 3 == 0 ? .milliseconds(5) : .zero
        }
        var whole = Board.atPrompt(adjust)
        var split = Board.atPrompt(adjust)
        for _ in 0..<20 {
            let bytes = Self.bytes(&random, 300)
            whole.handle(.typed(bytes))
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(1 + Int(random.next() % 40))
                split.handle(.typed(Array(piece)))
                rest = rest.dropFirst(piece.count)
            }
            whole.wait(.milliseconds(400))
            split.wait(.milliseconds(400))
            #expect(whole.output == split.output)
            #expect(whole.firmware.environment == split.firmware.environment)
        }
    }

    @Test func aSlowEchoLosesWhatIsTypedTooFast() {
        var board = Board.atPrompt()
        board.firmware.settings.faults.echoDelay = .milliseconds(10)
        let text = String(repeating: "a", count: 150)
        board.type(text)
        board.wait(.seconds(5))
        // The first is read at once, the rest of the buffer in time.
        #expect(board.text.split(separator: "\n").last?.filter { $0 == "a" }.count == 129)
        board = Board.atPrompt()
        board.firmware.settings.faults.echoDelay = .milliseconds(10)
        for character in text {
            board.type(String(character))
            board.wait(.milliseconds(12))
        }
        #expect(board.text.hasSuffix("PMON> " + text))
    }

    @Test func noiseAndLossAreTheSameForTheSameSeed() {
        func run(_ seed: UInt64) -> [UInt8] {
            var board = Board {
                $0.seed = seed
                $0.faults.noiseRate = 0.05
                $0.faults.dropRate = 0.2
                $0.powerOnGarbage = 40
            }
            board.handle(.powerOn)
            board.wait(.seconds(5))
            board.type("xhelp\r")
            return board.output
        }
        #expect(run(1) == run(1) && run(1) != run(2))
    }
}
