// SPDX-License-Identifier: GPL-3.0-or-later

/// How many BMCs a sweep may begin with now.
///
/// The answers of BMCs that are asked at the same time must fit into the socket's buffer, so their number has a limit.
/// A packet counts until its answer comes, or until it is older than answers of late have taken. A BMC that is dead or slow
/// therefore gives its place away after about the time in which a healthy one would have answered. Copies sent by a timer
/// are not counted at all: they go to BMCs that did not answer the first time.
struct SendWindow {
    typealias Instant = ContinuousClock.Instant

    /// Packets that count at a time.
    static let limit = 160
    /// After so long a packet does not count as long as no BMC has answered yet.
    static let first: Duration = .milliseconds(200)
    /// And for no less than this, so that a moment's pause of ours is not taken for silence of the BMCs.
    static let shortest: Duration = .milliseconds(1)
    /// Whoever takes longer over an answer is slow by itself and tells nothing about the others.
    static let longest: Duration = .seconds(1)

    private struct Sent {
        var index: Int
        var at: Instant
    }

    /// The last packet to each BMC, and whether it counts still.
    private var last: [Int: (at: Instant, counts: Bool)] = [:]
    private var sent: [Sent] = []
    private var oldest = 0
    /// Packets that count now.
    private(set) var count = 0
    /// Mean of the time answers took, and of how far they are from it (the estimator of RFC 6298). Answers to packets that
    /// do not count any more belong to it, or else it would never learn that the network has become slower.
    private var mean: Duration?
    private var deviation: Duration = .zero

    var hasRoom: Bool { count < Self.limit }

    /// After so long a packet does not count any more.
    var patience: Duration {
        guard let mean else { return Self.first }
        return min(max(mean + deviation * 4, Self.shortest), Self.longest)
    }

    /// The BMC was sent a packet which is not a copy of an earlier one.
    mutating func send(_ index: Int, _ now: Instant) {
        if last[index]?.counts != true { count += 1 }
        last[index] = (now, true)
        sent.append(Sent(index: index, at: now))
    }

    /// The BMC answered.
    mutating func answer(_ index: Int, _ now: Instant) {
        guard let (at, counts) = last.removeValue(forKey: index) else { return }
        if counts { count -= 1 }
        let took = at.duration(to: now)
        guard took <= Self.longest else { return }
        guard let mean else {
            mean = took
            deviation = took / 2
            return
        }
        let error = took - mean
        self.mean = mean + error / 8
        deviation += ((error < .zero ? .zero - error : error) - deviation) / 4
    }

    /// Nothing more is sent to the BMC.
    mutating func forget(_ index: Int) {
        if last.removeValue(forKey: index)?.counts == true { count -= 1 }
    }

    /// Stops counting packets that are too old.
    mutating func lapse(_ now: Instant) {
        let limit = patience
        while oldest < sent.count, sent[oldest].at + limit <= now {
            let (index, at) = (sent[oldest].index, sent[oldest].at)
            oldest += 1
            guard let packet = last[index], packet.at == at, packet.counts else { continue }
            last[index] = (at, false)
            count -= 1
        }
        guard oldest > 4_096 else { return }
        sent.removeFirst(oldest)
        oldest = 0
    }
}
