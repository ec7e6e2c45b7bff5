// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
private import PluginWire
private import Synchronization

/// The calls in flight of one worker, and when each must be told to stop. Time is handed in.
final class CallTable: Sendable {
    private struct Entry {
        let context: CallContext
        /// Set while a thread is inside the plugin for this call.
        var thread: pthread_t?
        /// When to interrupt that thread again; set once the call is stopped.
        var nextInterrupt: UInt64?
        var interrupts = 0
    }

    /// A well-behaved plugin sees `cancel_fd` long before; then its thread is never interrupted.
    private static let firstInterrupt: UInt64 = 10_000_000
    private static let quickInterval: UInt64 = 20_000_000
    private static let slowInterval: UInt64 = 100_000_000

    private let entries = Mutex<[UInt64: Entry]>([:])

    var isEmpty: Bool { entries.withLock { $0.isEmpty } }

    /// Whether a call that changes a machine is inside the plugin.
    var hasMutation: Bool {
        entries.withLock { $0.values.contains { $0.thread != nil && $0.context.function.isMutating } }
    }

    func add(_ context: CallContext) {
        entries.withLock { $0[context.id] = Entry(context: context) }
    }

    /// Marks that the calling thread goes into the plugin.
    /// - Returns: false when the call was answered meanwhile and must not be made.
    func begin(_ id: UInt64) -> Bool {
        entries.withLock { entries in
            guard entries[id] != nil else { return false }
            entries[id]?.thread = pthread_self()
            return true
        }
    }

    /// Forgets a call; from here on its thread is not interrupted any more.
    func end(_ id: UInt64) { entries.withLock { $0[id] = nil } }

    /// Stops one call.
    /// - Returns: its context when it had not begun: it is forgotten and the caller answers it.
    func stop(_ id: UInt64, now: UInt64) -> CallContext? {
        entries.withLock { Self.stop(id, now: now, in: &$0) }
    }

    /// Stops every call, as `stop` does.
    func stopAll(now: UInt64) -> [CallContext] {
        entries.withLock { entries in entries.keys.compactMap { Self.stop($0, now: now, in: &entries) } }
    }

    /// Stops what is past its deadline and interrupts what should have returned.
    /// - Returns: calls that had not begun, for the caller to answer, and when to come again.
    func tick(now: UInt64) -> (unbegun: [CallContext], next: UInt64?) {
        entries.withLock { entries in
            var unbegun: [CallContext] = []
            var next: UInt64?
            for (id, entry) in entries {
                if entry.nextInterrupt == nil, now >= entry.context.deadline,
                    let context = Self.stop(id, now: now, in: &entries)
                {
                    unbegun.append(context)
                    continue
                }
                let due = Self.interruptIfDue(id, now: now, in: &entries) ?? entry.context.deadline
                next = min(next ?? due, due)
            }
            return (unbegun, next)
        }
    }

    private static func stop(_ id: UInt64, now: UInt64, in entries: inout [UInt64: Entry]) -> CallContext? {
        guard let entry = entries[id], entry.nextInterrupt == nil else { return nil }
        entry.context.stop()
        guard entry.thread != nil else {
            entries[id] = nil
            return entry.context
        }
        entries[id]?.nextInterrupt = now + firstInterrupt
        return nil
    }

    /// - Returns: when the call's thread is interrupted next; nil while the call is not stopped.
    private static func interruptIfDue(_ id: UInt64, now: UInt64, in entries: inout [UInt64: Entry]) -> UInt64? {
        guard let entry = entries[id], let due = entry.nextInterrupt, let thread = entry.thread else { return nil }
        guard now >= due else { return due }
        _ = clinux_interrupt(thread)
        let next = now + (entry.interrupts < 20 ? quickInterval : slowInterval)
        entries[id]?.interrupts += 1
        entries[id]?.nextInterrupt = next
        return next
    }
}
