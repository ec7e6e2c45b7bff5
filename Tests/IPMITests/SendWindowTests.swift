// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import IPMI

/// Who may be asked when, on a clock of the test's own.
@Suite struct SendWindowTests {
    /// When each BMC's exchange was over; nil for those that never answered.
    ///
    /// The network carries answers after `trip`; the far side works on one packet at a time, for `work`.
    private func sweep(
        _ count: Int, packets: Int, trip: Duration, work: Duration, deadAt dead: (Int) -> Bool
    ) -> [Duration?] {
        let start = ContinuousClock.now
        var window = SendWindow()
        var over = [Duration?](repeating: nil, count: count)
        var left = [Int](repeating: packets, count: count)
        // Answers on their way, in the order of their times since all take the same way.
        var answers: [(at: Duration, index: Int)] = []
        var taken = 0
        var free = Duration.zero
        var now = Duration.zero
        var next = 0
        func send(_ index: Int) {
            window.send(index, start + now)
            guard !dead(index) else { return }
            free = max(free, now + trip / 2) + work
            answers.append((free + trip / 2, index))
        }
        while next < count || taken < answers.count {
            window.lapse(start + now)
            while window.hasRoom, next < count {
                send(next)
                next += 1
            }
            if taken < answers.count, answers[taken].at <= now {
                let index = answers[taken].index
                taken += 1
                window.answer(index, start + now)
                left[index] -= 1
                if left[index] > 0 { send(index) } else { over[index] = now }
                continue
            }
            // The next answer, or the next look of the sweep's loop.
            let look = now + .milliseconds(1)
            now = taken < answers.count ? min(answers[taken].at, next < count ? look : answers[taken].at) : look
        }
        return over
    }

    private func percentile99(_ times: [Duration]) -> Duration {
        let sorted = times.sorted()
        return sorted[sorted.count * 99 / 100]
    }

    /// A tenth of the BMCs are dead: the others are done no later than two hundredths after the time they would have been.
    @Test(arguments: [
        // Everything on one machine, a fast network, and one that is far away.
        (Duration.microseconds(100), Duration.microseconds(20)), (.milliseconds(2), .microseconds(5)),
        (.milliseconds(20), .microseconds(50)),
    ])
    func deadOnesTakeNoPlaceFromHealthyOnes(_ trip: Duration, _ work: Duration) {
        let isDead: (Int) -> Bool = { $0 % 10 == 3 }
        let sound = sweep(2_000, packets: 5, trip: trip, work: work) { _ in false }
        let hurt = sweep(2_000, packets: 5, trip: trip, work: work, deadAt: isDead)
        let healthy = (0..<2_000).filter { !isDead($0) }
        let before = percentile99(healthy.compactMap { sound[$0] })
        let after = percentile99(healthy.compactMap { hurt[$0] })
        #expect(healthy.allSatisfy { hurt[$0] != nil })
        #expect(after <= before * 1.02, "\(before) became \(after)")
    }

    @Test func noMoreThanTheLimitAreUnderWay() {
        let start = ContinuousClock.now
        var window = SendWindow()
        for index in 0..<SendWindow.limit {
            #expect(window.hasRoom)
            window.send(index, start)
        }
        #expect(!window.hasRoom)
        window.answer(7, start + .milliseconds(1))
        #expect(window.hasRoom && window.count == SendWindow.limit - 1)
        // A second answer of the same BMC gives no second place.
        window.answer(7, start + .milliseconds(1))
        #expect(window.count == SendWindow.limit - 1)
    }

    @Test func aPacketCountsForAboutAsLongAsAnswersTake() {
        let start = ContinuousClock.now
        var window = SendWindow()
        #expect(window.patience == SendWindow.first)
        for step in 0..<100 {
            window.send(step, start + .milliseconds(step * 10))
            window.answer(step, start + .milliseconds(step * 10 + 5))
        }
        #expect(window.patience >= .milliseconds(5) && window.patience < .milliseconds(6))
        window.send(500, start + .seconds(2))
        window.lapse(start + .seconds(2) + .milliseconds(4))
        #expect(window.count == 1)
        window.lapse(start + .seconds(2) + .milliseconds(6))
        #expect(window.count == 0)
        // What comes late is no measure of the others.
        window.answer(500, start + .seconds(7))
        #expect(window.patience < .milliseconds(6))
    }

    /// A far side that is slower than the sweep: what it cannot answer in time still counts, or else ever more is sent.
    @Test func anOverloadedFarSideIsNotFlooded() {
        let start = ContinuousClock.now
        var window = SendWindow()
        var now = Duration.zero
        var queue: [Int] = []
        var next = 0
        var longest = 0
        while next < 4_000 {
            window.lapse(start + now)
            while window.hasRoom {
                window.send(next, start + now)
                queue.append(next)
                next += 1
            }
            longest = max(longest, queue.count)
            // Fast at first, then ten times slower.
            now += .microseconds(next < 1_000 ? 50 : 500)
            if !queue.isEmpty { window.answer(queue.removeFirst(), start + now) }
        }
        #expect(longest < SendWindow.limit * 3, "\(longest) under way")
    }

    @Test func aBMCThatWasAskedAgainCountsFromThen() {
        let start = ContinuousClock.now
        var window = SendWindow()
        window.send(1, start)
        window.send(1, start + .milliseconds(30))
        window.lapse(start + .milliseconds(210))
        #expect(window.count == 1)
        window.forget(1)
        #expect(window.count == 0)
    }
}
