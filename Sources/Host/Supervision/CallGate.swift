// SPDX-License-Identifier: Apache-2.0
private import Synchronization

/// Lets calls to one device through in the order they came: one at a time, or together where the driver allows it.
final class CallGate: Sendable {
    enum Mode: Sendable {
        /// Nobody else is inside.
        case exclusive
        /// Others that share may be inside.
        case shared
    }

    enum Entry: Sendable {
        case granted
        case late
        case cancelled
    }

    private struct State {
        var inside = 0
        var isExclusive = false
        var queue: [(mode: Mode, waiter: OneShot<Entry>)] = []
    }

    private let state = Mutex(State())

    /// Waits for its turn; whoever is granted must leave.
    func enter(_ mode: Mode, until deadline: Deadline) async -> Entry {
        let waiter = state.withLock { state -> OneShot<Entry>? in
            if state.queue.isEmpty, Self.admits(mode, state) {
                Self.admit(mode, &state)
                return nil
            }
            let waiter = OneShot<Entry>()
            state.queue.append((mode, waiter))
            return waiter
        }
        guard let waiter else { return .granted }
        let entry = await waiter.value(until: deadline, late: .late, cancelled: .cancelled)
        if entry != .granted {
            // It may have stood in the way of others.
            state.withLock { $0.queue.removeAll { $0.waiter === waiter } }
            advance()
        }
        return entry
    }

    /// Leaves, and lets the next in.
    func leave() {
        state.withLock { state in
            state.inside -= 1
            if state.inside == 0 { state.isExclusive = false }
        }
        advance()
    }

    private func advance() {
        state.withLock { state in
            while let next = state.queue.first, Self.admits(next.mode, state) {
                state.queue.removeFirst()
                if next.waiter.settle(.granted) { Self.admit(next.mode, &state) }
            }
        }
    }

    private static func admits(_ mode: Mode, _ state: State) -> Bool {
        mode == .exclusive ? state.inside == 0 : !state.isExclusive
    }

    private static func admit(_ mode: Mode, _ state: inout State) {
        state.inside += 1
        state.isExclusive = mode == .exclusive
    }
}
