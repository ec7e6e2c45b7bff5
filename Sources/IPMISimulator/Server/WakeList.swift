// SPDX-License-Identifier: Apache-2.0

/// When each of many BMCs wants to be woken: a heap of times, with one time that counts for each BMC.
struct WakeList {
    private struct Entry {
        var at: Duration
        var index: Int
    }

    private var heap: [Entry] = []
    private var wanted: [Int: Duration] = [:]

    /// The earliest time; a BMC that has changed its mind may make it too early.
    var next: Duration? { heap.first?.at }

    /// Wakes a BMC at this time, and not at the one said before.
    mutating func set(_ index: Int, at time: Duration?) {
        guard wanted[index] != time else { return }
        wanted[index] = time
        guard let time else { return }
        heap.append(Entry(at: time, index: index))
        var child = heap.count - 1
        while child > 0, heap[child].at < heap[(child - 1) / 2].at {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out a BMC that is due; nil when none is.
    mutating func take(at now: Duration) -> Int? {
        while let first = heap.first, first.at <= now {
            removeFirst()
            guard wanted[first.index] == first.at else { continue }
            wanted[first.index] = nil
            return first.index
        }
        return nil
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].at < heap[least].at {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
