// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
public import PluginAPI
import Synchronization

/// A call object for tests: it has a deadline, can be cancelled, and keeps whatever the plugin hands over.
///
/// Like the worker, it interrupts the calling thread with SIGUSR1 on cancel or deadline until the function returns.
public final class TestCall: Sendable {
    /// What a plugin hands over while it runs.
    public struct Record: Sendable {
        public var emitted: [(key: String, bytes: [UInt8])] = []
        public var error: ReportedError?
        public var wire: [(received: Bool, bytes: [UInt8])] = []
        public var stages: [String] = []
        public var secretsAsked: [String] = []
    }

    /// A copy of what `set_error` got.
    public struct ReportedError: Sendable {
        public var flags: UInt32
        public var vendorCode: Int32
        public var retryAfterMilliseconds: UInt32
        public var message: String
        public var detail: String?
        public var isRetryable: Bool { flags & UInt32(INGOT_ERR_RETRYABLE) != 0 }
        public var isMaybeApplied: Bool { flags & UInt32(INGOT_ERR_MAYBE_APPLIED) != 0 }
    }

    let secrets: [String: String]
    let deadline: UInt64
    let cancelEnds: (read: Int32, write: Int32)
    let cancelled = Atomic<Bool>(false)
    let record = Mutex(Record())

    public init(deadline: Duration = .seconds(10), secrets: [String: String] = [:]) {
        self.secrets = secrets
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let (seconds, attoseconds) = deadline.components
        self.deadline =
            UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec) + UInt64(seconds) * 1_000_000_000
            + UInt64(attoseconds / 1_000_000_000)
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0)
        cancelEnds = (ends[0], ends[1])
        SignalHandler.install()
    }

    deinit {
        close(cancelEnds.read)
        close(cancelEnds.write)
    }

    /// Asks the running function to stop.
    public func cancel() {
        cancelled.store(true, ordering: .sequentiallyConsistent)
        write(cancelEnds.write, "c", 1)
    }

    var isOver: Bool {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return cancelled.load(ordering: .sequentiallyConsistent)
            || UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec) >= deadline
    }

    /// What was handed over so far.
    public var result: Record { record.withLock { $0 } }

    /// Calls a function of a plugin on this thread.
    public func run<Result>(_ body: (UnsafePointer<ingot_call>) throws -> Result) rethrows -> Result {
        let mask = SignalHandler.listenOnlyForInterrupts()
        defer { SignalHandler.restore(mask) }
        let interrupter = Interrupter(self)
        defer { interrupter.finish() }
        var call = ingot_call()
        call.struct_size = UInt32(MemoryLayout<ingot_call>.size)
        call.cancel_fd = cancelEnds.read
        call.deadline_ns = deadline
        call.host_data = Unmanaged.passUnretained(self).toOpaque()
        call.cancelled = { TestCall.from($0).isOver ? 1 : 0 }
        call.set_error = { call, error in
            guard let error = error?.pointee else { return }
            let copy = ReportedError(
                flags: error.flags, vendorCode: error.vendor_code, retryAfterMilliseconds: error.retry_after_ms,
                message: String(cString: error.message), detail: error.detail_json.map { String(cString: $0) })
            TestCall.from(call).record.withLock { $0.error = copy }
        }
        call.progress = { call, _, stage in
            guard let stage else { return }
            TestCall.from(call).record.withLock { $0.stages.append(String(cString: stage)) }
        }
        call.emit = { call, key, data, size in
            guard let key else { return INGOT_E_INVALID }
            let bytes = Array(UnsafeRawBufferPointer(start: data, count: size))
            TestCall.from(call).record.withLock { $0.emitted.append((String(cString: key), bytes)) }
            return INGOT_OK
        }
        call.secret = { call, name, buffer, capacity, length in
            guard let name, let length else { return INGOT_E_INVALID }
            let test = TestCall.from(call)
            test.record.withLock { $0.secretsAsked.append(String(cString: name)) }
            guard let secret = test.secrets[String(cString: name)] else { return INGOT_E_STATE }
            let bytes = Array(secret.utf8)
            length.pointee = bytes.count
            UnsafeMutableRawBufferPointer(start: buffer, count: capacity).copyBytes(from: bytes.prefix(capacity))
            return INGOT_OK
        }
        call.wire = { call, received, _, _, bytes, size in
            let copy = Array(UnsafeRawBufferPointer(start: bytes, count: size))
            TestCall.from(call).record.withLock { $0.wire.append((received != 0, copy)) }
        }
        return try withExtendedLifetime(self) { try withUnsafePointer(to: call) { try body($0) } }
    }

    private static func from(_ call: UnsafePointer<ingot_call>?) -> TestCall {
        guard let data = call?.pointee.host_data else { preconditionFailure("a call object without host data") }
        return Unmanaged<TestCall>.fromOpaque(data).takeUnretainedValue()
    }
}
