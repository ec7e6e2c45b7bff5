// SPDX-License-Identifier: Apache-2.0
public import Host
private import Synchronization

/// Collects what a host's tracer is told, scrubbed, as the entries of a trace.
public final class Recorder: Sendable {
    private struct State {
        var entries: [TraceEntry] = []
        var begunAt: UInt64?
        var bytes = 0
        var isFull = false
    }

    private let scrubber: Scrubber
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: most bytes of messages that are kept; what comes later is dropped and `isFull` says so.
    public init(scrubber: Scrubber, limit: Int = 64 << 20) {
        self.scrubber = scrubber
        self.limit = limit
    }

    /// To be handed to `PluginHost.Configuration`.
    public var tracer: @Sendable (CallTrace) -> Void { { [self] in take($0) } }

    public var entries: [TraceEntry] { state.withLock { $0.entries }.sorted { $0.time < $1.time } }

    /// More was said than is kept.
    public var isFull: Bool { state.withLock { $0.isFull } }

    private func take(_ trace: CallTrace) {
        state.withLock { state in
            let begunAt = state.begunAt ?? trace.at
            state.begunAt = begunAt
            guard !state.isFull else { return }
            // A worker's clock and the host's are the same; a message may still be told before its call.
            let time = Double(Int64(bitPattern: trace.at &- begunAt)) / 1e9
            var entry = TraceEntry(time: max(0, (time * 1e6).rounded() / 1e6), call: trace.call)
            switch trace.what {
            case .call(let function, let argument, let method, let value, let flags):
                entry.function = function
                if !argument.isEmpty { entry.argument = Blob(scrubber.clean(argument)) }
                if !method.isEmpty { entry.method = method }
                if value != 0 { entry.value = value }
                if flags != 0 { entry.flags = flags }
            case .wire(let received, let name, let bytes, let count):
                if received { entry.from = name } else { entry.to = name }
                entry.data = bytes.map { Blob(scrubber.clean($0, protocolName: name)) } ?? .secret(count: count)
                state.bytes += bytes?.count ?? 0
            case .result(let error, let firstOut, let secondOut, let emitted):
                entry.status = error?.status.name ?? "ok"
                entry.message = error.map { scrubber.clean($0.message) }
                entry.detail = error?.detailJSON.map { scrubber.clean($0) }
                if let code = error?.vendorCode, code != 0 { entry.vendorCode = code }
                entry.marks = error.flatMap(Self.marks)
                if error == nil { entry.out = [Int64(firstOut), Int64(secondOut)] }
                entry.emitted =
                    emitted.isEmpty ? nil : emitted.map { .init(key: $0.key, data: Blob(scrubber.clean($0.data))) }
                state.bytes += emitted.reduce(0) { $0 + $1.data.count }
            }
            guard state.bytes <= limit else {
                state.isFull = true
                return
            }
            state.entries.append(entry)
        }
    }

    private static func marks(_ error: DriverError) -> [String]? {
        var marks: [String] = []
        if error.retryable { marks.append("retryable") }
        if error.maybeApplied { marks.append("maybe_applied") }
        if error.sessionLost { marks.append("session_lost") }
        return marks.isEmpty ? nil : marks
    }
}
