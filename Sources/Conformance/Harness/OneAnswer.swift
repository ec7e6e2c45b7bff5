// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// A value that comes once, from any thread, waited for with a limit.
final class OneAnswer<Value: Sendable>: Sendable {
    private enum State: Sendable {
        case empty
        case waiting(CheckedContinuation<Value?, Never>)
        case given(Value)
        case taken
    }

    private let state = Mutex(State.empty)

    /// Gives the value; a second one is dropped.
    func give(_ value: Value) { finish(value) }

    /// The value, or nil when it has not come in time.
    func take(within limit: Duration) async -> Value? {
        let timer = Task {
            try await Task.sleep(for: limit)
            finish(nil)
        }
        defer { timer.cancel() }
        return await wait()
    }

    fileprivate func wait() async -> Value? {
        await withCheckedContinuation { continuation in
            let early: Value?? = state.withLock { state in
                switch state {
                case .given(let value):
                    state = .taken
                    return .some(value)
                case .empty:
                    state = .waiting(continuation)
                    return nil
                case .waiting, .taken: return .some(nil)
                }
            }
            if let early { continuation.resume(returning: early) }
        }
    }

    private func finish(_ value: Value?) {
        let waiting: CheckedContinuation<Value?, Never>? = state.withLock { state in
            switch state {
            case .empty:
                if let value { state = .given(value) } else { state = .taken }
                return nil
            case .waiting(let continuation):
                state = .taken
                return continuation
            case .given, .taken: return nil
            }
        }
        waiting?.resume(returning: value)
    }
}

extension OneAnswer {
    /// The value, however long it takes. Only for values that come for certain.
    func take<Wrapped>() async -> Wrapped? where Value == Wrapped? { await wait() ?? nil }
}
