// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import PluginAPI
internal import Synchronization

/// The `ingot_call` of one call into the plugin under test. It keeps what the plugin says and notices what it must not do.
final class HarnessCall: @unchecked Sendable {
    private struct Presence {
        var thread: pthread_t?
        var isOver = false
        var stoppedAt: UInt64?
    }

    /// CLOCK_MONOTONIC, nanoseconds.
    let deadline: UInt64
    let notes = Mutex(CallNotes())
    private let presence = Mutex(Presence())
    private let stopped = Atomic<Bool>(false)
    private let secrets: MaskedSecrets
    private let memory: UnsafeMutableRawPointer
    private let byteCount: Int
    private let operation: UnsafeMutablePointer<CChar>?
    private let cancelDescriptor: Int32

    private static let guardBytes = 64
    private static let guardValue: UInt8 = 0xA5
    /// Most bytes of one emitted value, and of all values of one call.
    private static let maximumEmitted = 64 << 20
    private static let keptWire = 4 << 20
    /// Calls that are over stay in memory for a while, so that a plugin which still uses one is noticed, not killed.
    private static let graveyard = Mutex<[HarnessCall]>([])

    /// - Parameter extraBytes: what a later host would have added to the structure.
    init(deadline: UInt64, operationID: String, secrets: MaskedSecrets, extraBytes: Int = 0) {
        self.deadline = deadline
        self.secrets = secrets
        cancelDescriptor = clinux_eventfd()
        operation = strdup(operationID)
        byteCount = MemoryLayout<ingot_call>.size + extraBytes
        memory = .allocate(byteCount: byteCount + 2 * Self.guardBytes, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: Self.guardValue, count: byteCount + 2 * Self.guardBytes)
        let table = (memory + Self.guardBytes).bindMemory(to: ingot_call.self, capacity: 1)
        table.initialize(to: ingot_call())
        table.pointee.struct_size = UInt32(byteCount)
        table.pointee.cancel_fd = cancelDescriptor
        table.pointee.deadline_ns = deadline
        table.pointee.operation_id = UnsafePointer(operation)
        table.pointee.cancelled = { HarnessCall.of($0, "cancelled")?.isStopped == true ? 1 : 0 }
        table.pointee.set_error = { HarnessCall.of($0, "set_error")?.setError($1) }
        table.pointee.progress = { HarnessCall.of($0, "progress")?.progress($1, $2) }
        table.pointee.emit = { HarnessCall.of($0, "emit")?.emit($1, $2, $3) ?? INGOT_E_CANCELLED }
        table.pointee.secret = { HarnessCall.of($0, "secret")?.secret($1, $2, $3, $4) ?? INGOT_E_CANCELLED }
        table.pointee.wire = { HarnessCall.of($0, "wire")?.wire($1, $2, $3, $4, $5) }
        table.pointee.host_data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        close(cancelDescriptor)
        free(operation)
        memory.deallocate()
    }

    /// Lets the calls that are over go.
    static func forget() { graveyard.withLock { $0 = [] } }

    var pointer: UnsafePointer<ingot_call> {
        UnsafePointer((memory + Self.guardBytes).assumingMemoryBound(to: ingot_call.self))
    }

    /// Whether the call was cancelled or ran past its deadline.
    var isStopped: Bool { stopped.load(ordering: .acquiring) || clinux_monotonic_ns() >= deadline }

    /// When the call was told to stop.
    var stoppedAt: UInt64? { presence.withLock { $0.stoppedAt } }

    /// Cancels the call, or says that its deadline has passed.
    func stop() {
        presence.withLock { presence in
            guard !presence.isOver, presence.stoppedAt == nil else { return }
            presence.stoppedAt = clinux_monotonic_ns()
        }
        stopped.store(true, ordering: .releasing)
        clinux_eventfd_signal(cancelDescriptor)
    }

    /// Marks that the calling thread goes into the plugin.
    func enter() { presence.withLock { $0.thread = pthread_self() } }

    /// Marks that the function has returned; afterwards the plugin must not use the call object.
    func leave() {
        presence.withLock { presence in
            presence.thread = nil
            presence.isOver = true
        }
        let bytes = UnsafeRawBufferPointer(start: memory, count: byteCount + 2 * Self.guardBytes)
        let isIntact =
            bytes.prefix(Self.guardBytes).allSatisfy { $0 == Self.guardValue }
            && bytes.suffix(Self.guardBytes).allSatisfy { $0 == Self.guardValue }
        if !isIntact { misused("memory beside the call object was overwritten") }
        Self.graveyard.withLock { graveyard in
            graveyard.append(self)
            if graveyard.count > 256 { graveyard.removeFirst(64) }
        }
    }

    /// Interrupts the thread that is inside the plugin, as the worker does with a call that should have returned.
    func interrupt() {
        presence.withLock { presence in
            if let thread = presence.thread { _ = clinux_interrupt(thread) }
        }
    }

    func misused(_ what: String) {
        notes.withLock { if $0.misuses.count < 32 { $0.misuses.append(what) } }
    }

    private static func of(_ call: UnsafePointer<ingot_call>?, _ function: String) -> HarnessCall? {
        guard let raw = call?.pointee.host_data else { return nil }
        let call = Unmanaged<HarnessCall>.fromOpaque(raw).takeUnretainedValue()
        guard !call.presence.withLock({ $0.isOver }) else {
            call.misused("\(function) was called after the function had returned")
            return nil
        }
        return call
    }

    // MARK: What the plugin calls

    private func setError(_ error: UnsafePointer<ingot_error>?) {
        guard let error else { return misused("set_error got NULL") }
        guard error.pointee.struct_size >= 24 else {
            return misused("set_error got struct_size \(error.pointee.struct_size)")
        }
        var failure = CallFailure()
        failure.flags = error.pointee.flags
        failure.vendorCode = error.pointee.vendor_code
        failure.retryAfterMilliseconds = error.pointee.retry_after_ms
        failure.message = error.pointee.message.map { String(cString: $0) } ?? ""
        if error.pointee.struct_size >= 32 { failure.detail = error.pointee.detail_json.map { String(cString: $0) } }
        notes.withLock { $0.failure = failure }
    }

    private func progress(_ permille: UInt32, _ stage: UnsafePointer<CChar>?) {
        let stage = stage.map { String(cString: $0) } ?? ""
        notes.withLock { if $0.stages.count < 1_000 { $0.stages.append(stage) } }
    }

    private func emit(_ key: UnsafePointer<CChar>?, _ data: UnsafeRawPointer?, _ count: Int) -> ingot_status {
        guard let key, data != nil || count == 0, count >= 0 else {
            misused("emit got no key or no bytes")
            return INGOT_E_INVALID
        }
        let name = String(cString: key)
        guard !name.isEmpty, name.utf8.count <= 255 else {
            misused("emit got a key of \(name.utf8.count) bytes")
            return INGOT_E_INVALID
        }
        let bytes = Array(UnsafeRawBufferPointer(start: data, count: count))
        return notes.withLock { notes in
            guard notes.emitted.reduce(bytes.count, { $0 + $1.bytes.count }) <= Self.maximumEmitted else {
                return INGOT_E_CANCELLED
            }
            notes.emitted.append((name, bytes))
            return INGOT_OK
        }
    }

    private func secret(
        _ name: UnsafePointer<CChar>?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
        _ length: UnsafeMutablePointer<Int>?
    ) -> ingot_status {
        guard let name, let length else {
            misused("secret got no name or no length")
            return INGOT_E_INVALID
        }
        let asked = String(cString: name)
        notes.withLock { $0.secretsAsked.append(asked) }
        length.pointee = 0
        guard let count = secrets.count(of: asked) else { return INGOT_E_STATE }
        length.pointee = count
        guard count <= capacity else { return INGOT_E_INVALID }
        guard count > 0 else { return INGOT_OK }
        guard let buffer else { return INGOT_E_INVALID }
        secrets.unmask(asked, into: UnsafeMutableRawPointer(buffer))
        return INGOT_OK
    }

    private func wire(
        _ received: Int32, _ name: UnsafePointer<CChar>?, _ flags: UInt32, _ bytes: UnsafeRawPointer?, _ count: Int
    ) {
        guard count >= 0, bytes != nil || count == 0 else { return misused("wire got no bytes") }
        let isSensitive = flags & UInt32(INGOT_WIRE_SENSITIVE) != 0
        let message = CallNotes.Wire(
            isReceived: received != 0, isSensitive: isSensitive,
            bytes: isSensitive ? [] : Array(UnsafeRawBufferPointer(start: bytes, count: min(count, Self.keptWire))))
        notes.withLock { if $0.wire.count < 10_000 { $0.wire.append(message) } }
    }
}
