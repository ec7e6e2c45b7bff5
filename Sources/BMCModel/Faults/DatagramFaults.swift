// SPDX-License-Identifier: Apache-2.0

/// The way between a client and a BMC: loses, doubles, reorders, delays and spoils datagrams.
///
/// A pure state: the same faults, seed, traffic and times give the same run. `Peer` says where an answer goes.
package struct DatagramFaults<Peer: Sendable>: Sendable {
    /// After this time an answer that was held back goes out though none followed.
    package static var patience: Duration { .milliseconds(300) }

    /// So many answers may be on their way; what comes beyond that is lost, as on any link.
    package static var capacity: Int { 4_096 }

    private struct Waiting: Sendable {
        var due: Duration
        var bytes: [UInt8]
        var peer: Peer
    }

    package let faults: FaultInjector
    private var queue: [Waiting] = []
    private var held: Waiting?

    package init(_ faults: FaultInjector) { self.faults = faults }

    /// Whether a datagram of a client arrives.
    package func arrives() -> Bool {
        faults.strikes("hang") == nil && faults.strikes("loss") == nil
    }

    /// When something goes out by itself next.
    package var nextDue: Duration? { [queue.first?.due, held?.due].compactMap { $0 }.min() }

    /// Takes an answer; what goes out now comes back.
    package mutating func send(_ bytes: [UInt8], to peer: Peer, at now: Duration) -> [(bytes: [UInt8], peer: Peer)] {
        if faults.strikes("loss") != nil { return [] }
        var bytes = bytes
        if faults.strikes("garbage") != nil { bytes = faults.bytes("garbage", count: bytes.count) }
        if faults.strikes("truncate") != nil { bytes = Array(bytes.prefix(bytes.count / 2)) }
        var answers = [Waiting(due: now, bytes: bytes, peer: peer)]
        if faults.strikes("duplicate") != nil { answers.append(answers[0]) }
        if let latency = faults.strikes("latency") {
            for index in answers.indices {
                let jitter = max(0, latency["jitter"]) * faults.fraction("latency")
                answers[index].due = now + latency.time() + .milliseconds(Int64(min(jitter, 1e6) * 1_000))
            }
        }
        if let earlier = held {
            answers.append(earlier)
            answers[answers.count - 1].due = answers[0].due
            held = nil
        } else if faults.strikes("reorder") != nil {
            held = answers.removeFirst()
            held?.due += Self.patience
        }
        for answer in answers { enqueue(answer) }
        return due(at: now)
    }

    /// What is due by now, in the order of its times.
    package mutating func due(at now: Duration) -> [(bytes: [UInt8], peer: Peer)] {
        if let waiting = held, waiting.due <= now {
            enqueue(waiting)
            held = nil
        }
        let ready = queue.prefix { $0.due <= now }
        queue.removeFirst(ready.count)
        return ready.map { ($0.bytes, $0.peer) }
    }

    /// Keeps the queue in the order of its times; what has the same time stays in the order in which it came.
    private mutating func enqueue(_ waiting: Waiting) {
        guard queue.count < Self.capacity else { return }
        var (low, high) = (0, queue.count)
        while low < high {
            let middle = (low + high) / 2
            if queue[middle].due <= waiting.due { low = middle + 1 } else { high = middle }
        }
        queue.insert(waiting, at: low)
    }
}
