// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Host

/// The parts of supervision that need no worker.
@Suite struct SupervisionTests {
    private let second: UInt64 = 1_000_000_000

    @Test func fiveCrashesInTenMinutesAreTooMany() {
        var policy = RestartPolicy()
        #expect(policy.crashed(at: 100 * second) == .restart(notBefore: 100_200_000_000))
        #expect(policy.crashed(at: 101 * second) == .restart(notBefore: 101_400_000_000))
        #expect(policy.crashed(at: 102 * second) == .restart(notBefore: 102_800_000_000))
        #expect(policy.crashed(at: 103 * second) == .restart(notBefore: 104_600_000_000))
        #expect(policy.crashed(at: 104 * second) == .quarantine)
    }

    @Test func oldCrashesAreForgotten() {
        var policy = RestartPolicy()
        for index in 0..<20 {
            let now = UInt64(index) * 151 * second + second
            guard case .restart(let moment) = policy.crashed(at: now) else {
                Issue.record("crash \(index) is four in ten minutes at most")
                return
            }
            #expect(moment - now <= 1_600_000_000)
        }
    }

    @Test func loadingIsTriedLessAndLessOften() {
        var policy = RestartPolicy()
        let delays = (0..<10).map { _ in policy.failed(at: 0) / 100_000_000 }
        #expect(delays == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
        policy.served()
        #expect(policy.failed(at: 0) == 200_000_000)
    }

    @Test func floodMeterCountsPerSecond() {
        var meter = FloodMeter(perSecond: 10)
        let moments: [(Int, UInt64)] = [
            (10, 5 * second), (1, 5 * second + 999_999_999), (10, 6 * second), (.max, 6 * second), (.max, 6 * second),
        ]
        #expect(moments.map { meter.take($0, at: $1) } == [true, false, true, false, false])
    }

    @Test func lastWordsAreOneBoundedLine() {
        var words = LastWords()
        #expect(words.line == nil)
        words.append(Array("a\r\n\nb\u{1b}[0m\tc\n".utf8))
        #expect(words.line == "a | b | [0m c")
        words.append(Array(repeating: UInt8(ascii: "x"), count: 100_000))
        #expect(words.line?.count == 400)
        words.append([0xFF, 0xC3])
        #expect(words.line?.hasSuffix("x\u{FFFD}\u{FFFD}") == true)
    }

    @Test func gateIsFairAndHonoursDeadlines() async {
        let gate = CallGate()
        #expect(await gate.enter(.shared, until: .after(.seconds(5))) == .granted)
        #expect(await gate.enter(.shared, until: .after(.seconds(5))) == .granted)
        // Late, while two share.
        #expect(await gate.enter(.exclusive, until: .after(.milliseconds(30))) == .late)
        // The one that gave up does not stand in the way.
        #expect(await gate.enter(.shared, until: .after(.seconds(5))) == .granted)
        async let exclusive = gate.enter(.exclusive, until: .after(.seconds(5)))
        let cancelled = Task { await gate.enter(.exclusive, until: .after(.seconds(5))) }
        cancelled.cancel()
        #expect(await cancelled.value == .cancelled)
        for _ in 0..<3 { gate.leave() }
        #expect(await exclusive == .granted)
        #expect(await gate.enter(.shared, until: .after(.milliseconds(30))) == .late)
        gate.leave()
        #expect(await gate.enter(.exclusive, until: .after(.seconds(5))) == .granted)
        gate.leave()
    }

    @Test func secretsAreTakenOutOfTexts() {
        var redactor = Redactor()
        redactor.learn([Secret("hunter2").storage, Secret("abc").storage])
        #expect(redactor.clean("hunter2, xhunter2x and hunter") == "<secret>, x<secret>x and hunter")
        #expect(redactor.clean("abc stays: too short to tell") == "abc stays: too short to tell")
        #expect(redactor.clean("") == "")
    }

    @Test func durationsAreClamped() {
        #expect(Duration.seconds(-5).nanoseconds == 0)
        #expect(Duration.seconds(Int64.max).nanoseconds == 365 * 86_400 * second)
        #expect(Duration.milliseconds(1500).nanoseconds == 1_500_000_000)
        #expect(Deadline.after(.seconds(-1)).hasPassed)
    }
}
