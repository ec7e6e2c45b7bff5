// SPDX-License-Identifier: Apache-2.0
private import CLinux
internal import PluginAPI
private import PluginWorker
private import Synchronization

/// How a call is made.
struct CallOptions: Sendable {
    var deadline: Duration = .seconds(10)
    var operationID = ""
    /// When the call is cancelled; zero cancels it before it begins.
    var cancelAfter: Duration?
    /// What a later host would have added to the call object.
    var extraBytes = 0

    static func within(_ deadline: Duration) -> CallOptions { CallOptions(deadline: deadline) }
}

/// Two out-integers of a call, with a value no plugin writes until it does.
private final class OutIntegers: @unchecked Sendable {
    static let untouched = Int32.min + 12_345
    let first = UnsafeMutablePointer<Int32>.allocate(capacity: 2)

    init() { first.initialize(repeating: Self.untouched, count: 2) }
    deinit { first.deallocate() }

    var values: (Int32?, Int32?) {
        (first[0] == Self.untouched ? nil : first[0], first[1] == Self.untouched ? nil : first[1])
    }
}

/// A pointer on its way between threads.
struct Handed<Pointee>: @unchecked Sendable {
    let value: Pointee
}

extension Subject {
    /// How long after its deadline a function that has not returned counts as hanging.
    static let patience: Duration = .seconds(8)

    /// Calls a function of the plugin on a thread of its own, as the worker does.
    /// - Throws: `CheckStop.hang` when it has not returned `patience` after deadline or cancel.
    func call(
        _ operation: String, _ options: CallOptions = CallOptions(), secrets: MaskedSecrets = MaskedSecrets([:]),
        _ body: @escaping @Sendable (UnsafePointer<ingot_call>, UnsafeMutablePointer<Int32>) -> ingot_status
    ) async throws -> Answer {
        let start = clinux_monotonic_ns()
        let call = HarnessCall(
            deadline: start + UInt64(max(0, options.deadline.inSeconds) * 1e9), operationID: options.operationID,
            secrets: secrets, extraBytes: options.extraBytes)
        let outs = OutIntegers()
        let ended = OneAnswer<(status: ingot_status, at: UInt64)?>()
        if options.cancelAfter == .zero { call.stop() }
        let limit = UInt64(max(0, min(options.cancelAfter ?? options.deadline, options.deadline).inSeconds) * 1e9)
        let isWatched = CallWatch.begin(
            call, stopAt: start + limit, giveUpAt: start + limit + UInt64(Self.patience.inSeconds * 1e9)
        ) { ended.give(nil) }
        defer { CallWatch.end(call) }
        let isStarted = WorkerThread.start(name: "kit-call", interruptible: true) {
            call.enter()
            let status = body(call.pointer, outs.first)
            let now = clinux_monotonic_ns()
            call.leave()
            ended.give((status, now))
        }
        guard isStarted, isWatched else { throw CheckStop.trouble("the system has no thread left") }
        guard let (status, end) = await ended.take() else {
            throw CheckStop.hang("\(operation) had not returned \(Self.patience.text) after it was told to stop")
        }
        let notes = call.notes.withLock { $0 }
        misuses.withLock { all in all += notes.misuses.map { "\(operation): \($0)" } }
        if status == INGOT_OK { latencies.withLock { $0[operation, default: []].append(end - start) } }
        let (first, second) = outs.values
        let stoppedAt = call.stoppedAt
        // The call lives on in the closure; keep late misuse visible.
        lateCalls.withLock { calls in
            calls.append(call)
            if calls.count > 64 { calls.removeFirst(32) }
        }
        return Answer(
            operation: operation, status: status, notes: notes, first: first, second: second,
            took: .nanoseconds(Int64(clamping: end - start)),
            overstayed: stoppedAt.map { .nanoseconds(Int64(clamping: end > $0 ? end - $0 : 0)) })
    }

    /// What was misused so far, also after the calls had returned.
    var allMisuses: [String] {
        let late = lateCalls.withLock { calls in calls.flatMap { $0.notes.withLock { $0.misuses } } }
        var seen: Set<String> = []
        return (misuses.withLock { $0 } + late).filter { text in
            seen.insert(text.split(separator: ": ").last.map(String.init) ?? text).inserted
        }
    }

    /// Forgets what the kit keeps about calls, so that only the driver's own memory is left.
    func forget() {
        lateCalls.withLock { $0 = [] }
        latencies.withLock { $0 = [:] }
        HarnessCall.forget()
    }
}
