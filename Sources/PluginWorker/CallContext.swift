// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import PluginAPI
internal import PluginWire
internal import Synchronization

/// One call in flight: owns the `ingot_call` the plugin sees, and collects what the plugin says.
final class CallContext: @unchecked Sendable {
    /// What is kept of the plugin's last `set_error`.
    struct Failure: Sendable {
        var flags: UInt32 = 0
        var vendorCode: Int32 = 0
        var retryAfter: UInt32 = 0
        var message = ""
        var detail: String?
    }

    struct Notes: Sendable {
        var failure: Failure?
        var lastStage: String?
        var lastProgress: UInt64 = 0
        var reportedWire = false
    }

    let id: UInt64
    let function: WireFunction
    /// CLOCK_MONOTONIC, nanoseconds.
    let deadline: UInt64
    let channel: FrameChannel
    let secrets: [String: SecretBytes]
    /// The host wants every byte on the wire.
    let isTraced: Bool
    let notes = Mutex(Notes())
    /// Keeps the pieces of one emitted value together when several threads emit.
    let emitting = Mutex(())
    private let stopped = Atomic<Bool>(false)
    private let table: UnsafeMutablePointer<ingot_call>
    private let cancelDescriptor: Int32
    private let operation: UnsafeMutablePointer<CChar>?

    /// With fewer descriptors left, the plugin's own sockets are about to fail.
    private static let reserve: Int32 = 8

    /// - Returns: nil when the process has hardly a descriptor left.
    init?(
        id: UInt64, function: WireFunction, deadline: UInt64, operation: String, secrets: [String: SecretBytes],
        channel: FrameChannel, isTraced: Bool = false
    ) {
        let descriptor = clinux_eventfd()
        guard descriptor >= 0 else { return nil }
        guard clinux_descriptors_are_low(Self.reserve) == 0 else {
            close(descriptor)
            return nil
        }
        self.id = id
        self.function = function
        self.deadline = deadline
        self.channel = channel
        self.secrets = secrets
        self.isTraced = isTraced
        cancelDescriptor = descriptor
        self.operation = strdup(operation)
        table = .allocate(capacity: 1)
        table.initialize(to: ingot_call())
        table.pointee.struct_size = UInt32(MemoryLayout<ingot_call>.size)
        table.pointee.cancel_fd = descriptor
        table.pointee.deadline_ns = deadline
        table.pointee.operation_id = UnsafePointer(self.operation)
        table.pointee.cancelled = { CallContext.of($0)?.isStopped == true ? 1 : 0 }
        table.pointee.set_error = { CallContext.of($0)?.setError($1) }
        table.pointee.progress = { CallContext.of($0)?.progress($1, $2) }
        table.pointee.emit = { CallContext.of($0)?.emit($1, $2, $3) ?? INGOT_E_INTERNAL }
        table.pointee.secret = { CallContext.of($0)?.secret($1, $2, $3, $4) ?? INGOT_E_INTERNAL }
        table.pointee.wire = { CallContext.of($0)?.wire($1, $2, $3, $4, $5) }
        table.pointee.host_data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        close(cancelDescriptor)
        free(operation)
        table.deinitialize(count: 1)
        table.deallocate()
    }

    /// The object to lend to the plugin while this context lives.
    var pointer: UnsafePointer<ingot_call> { UnsafePointer(table) }

    /// Whether the call was cancelled or ran past its deadline.
    var isStopped: Bool { stopped.load(ordering: .acquiring) }

    /// Tells the plugin to return.
    func stop() {
        stopped.store(true, ordering: .releasing)
        clinux_eventfd_signal(cancelDescriptor)
    }

    private static func of(_ call: UnsafePointer<ingot_call>?) -> CallContext? {
        guard let raw = call?.pointee.host_data else { return nil }
        return Unmanaged<CallContext>.fromOpaque(raw).takeUnretainedValue()
    }
}
