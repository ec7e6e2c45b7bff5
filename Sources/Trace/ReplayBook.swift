// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// The answers of a recorded device: for each request, those that it gave, in their order.
///
/// The n-th time a request is made it gets the n-th answer; when there are no more, the last one again.
public final class ReplayBook: Sendable {
    private struct State {
        var used: [String: Int] = [:]
        var unknown: [String] = []
    }

    private let answers: [String: [[UInt8]]]
    private let state = Mutex(State())

    /// - Parameter key: what makes two requests of that protocol the same; nil for a message that is no request.
    public init(_ trace: TraceFile, protocolName: String, key: ([UInt8]) -> String?) {
        var answers: [String: [[UInt8]]] = [:]
        var open: [UInt64: String] = [:]
        for entry in trace.entries {
            guard let bytes = entry.data?.content else { continue }
            if entry.to == protocolName {
                open[entry.call] = key(bytes)
            } else if entry.from == protocolName, let key = open.removeValue(forKey: entry.call) {
                answers[key, default: []].append(bytes)
            }
        }
        self.answers = answers
    }

    /// The recorded answer to a request; nil when it was never made, which is noted.
    public func answer(_ key: String) -> [UInt8]? {
        guard let known = answers[key], !known.isEmpty else {
            state.withLock { state in
                if !state.unknown.contains(key), state.unknown.count < 1000 { state.unknown.append(key) }
            }
            return nil
        }
        let turn = state.withLock { state in
            defer { state.used[key, default: 0] += 1 }
            return state.used[key] ?? 0
        }
        return known[min(turn, known.count - 1)]
    }

    /// The requests that the recorded device never got, each once.
    public var unknownRequests: [String] { state.withLock { $0.unknown } }

    /// The recorded requests that were not made this time.
    public var unusedRequests: [String] {
        let used = state.withLock { $0.used }
        return answers.keys.filter { used[$0] == nil }.sorted()
    }
}
