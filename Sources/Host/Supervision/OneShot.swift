// SPDX-License-Identifier: Apache-2.0
private import Synchronization

/// A value that is settled once, by whoever comes first, and awaited once.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case settled(Value)
        case taken
    }

    private let state = Mutex(State.open)

    /// Settles the value.
    /// - Returns: false when somebody else did before.
    @discardableResult
    func settle(_ value: Value) -> Bool {
        let (isFirst, continuation) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
            switch state {
            case .open:
                state = .settled(value)
                return (true, nil)
            case .awaited(let continuation):
                state = .taken
                return (true, continuation)
            case .settled, .taken: return (false, nil)
            }
        }
        continuation?.resume(returning: value)
        return isFirst
    }

    /// Waits for the value.
    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let settled = state.withLock { state -> Value? in
                if case .settled(let value) = state {
                    state = .taken
                    return value
                }
                state = .awaited(continuation)
                return nil
            }
            if let settled { continuation.resume(returning: settled) }
        }
    }

    /// Waits for the value, but not beyond a deadline or the task's cancellation; those settle it themselves.
    func value(until deadline: Deadline, late: Value, cancelled: Value) async -> Value {
        let timer = Task {
            try await Task.sleep(for: deadline.remaining)
            settle(late)
        }
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            await value()
        } onCancel: {
            settle(cancelled)
        }
    }
}
