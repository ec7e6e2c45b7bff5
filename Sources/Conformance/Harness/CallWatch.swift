// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
private import PluginWorker
private import Synchronization

/// Tells calls to stop when it is time, and interrupts those that do not return, from one thread for all of them.
///
/// It makes no timers, so that nothing of the kit's own grows with the number of calls.
enum CallWatch {
    private struct Entry: Sendable {
        let call: HarnessCall
        let stopAt: UInt64
        let giveUpAt: UInt64
        let giveUp: @Sendable () -> Void
        var nextInterrupt: UInt64
        var interrupts = 0
    }

    private static let entries = Mutex<[ObjectIdentifier: Entry]>([:])
    private static let isRunning: Bool = WorkerThread.start(name: "kit-watch") {
        while true {
            usleep(2_000)
            tick(clinux_monotonic_ns())
        }
    }

    /// Watches a call until `end`. Times are of CLOCK_MONOTONIC in nanoseconds.
    static func begin(
        _ call: HarnessCall, stopAt: UInt64, giveUpAt: UInt64, giveUp: @escaping @Sendable () -> Void
    ) -> Bool {
        let entry = Entry(
            call: call, stopAt: stopAt, giveUpAt: giveUpAt, giveUp: giveUp, nextInterrupt: stopAt + 10_000_000)
        entries.withLock { $0[ObjectIdentifier(call)] = entry }
        return isRunning
    }

    static func end(_ call: HarnessCall) { entries.withLock { $0[ObjectIdentifier(call)] = nil } }

    private static func tick(_ now: UInt64) {
        let late = entries.withLock { entries -> [Entry] in
            var late: [Entry] = []
            for (id, entry) in entries {
                if now >= entry.giveUpAt {
                    entries[id] = nil
                    late.append(entry)
                    continue
                }
                if now >= entry.stopAt, entry.call.stoppedAt == nil { entry.call.stop() }
                if now >= entry.nextInterrupt {
                    // The worker does the same with what does not return by itself.
                    entry.call.interrupt()
                    entries[id]?.interrupts += 1
                    entries[id]?.nextInterrupt = now + (entry.interrupts < 20 ? 20_000_000 : 100_000_000)
                }
            }
            return late
        }
        for entry in late { entry.giveUp() }
    }
}
