// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import PluginAPI
internal import PluginWire
internal import Synchronization

/// Serves one host over one channel with one plugin: a reader thread that never runs the plugin's code, and a thread
/// per call in flight.
///
/// The same loop runs in a process of its own, where it ends the process, and inside the host for debugging, where it
/// can only stop listening to a plugin that does not return.
public final class WorkerLoop: Sendable {
    /// Where the loop runs.
    public enum Mode: Sendable {
        /// In a process that exists for this plugin.
        case process
        /// Among the host's own threads.
        case embedded
    }

    /// What the loop is up to.
    enum Phase: Sendable {
        case serving
        /// Closing devices; at this time it is over, closed or not.
        case ending(until: UInt64)
        case ended
    }

    /// Calls that run at the same time.
    static let maximumCalls = 64
    /// Bytes of a call's argument.
    static let maximumArgument = 16 << 20
    /// Calls the loop makes itself, to close devices, are numbered from here.
    static let firstOwnCall: UInt64 = 1 << 63

    let mode: Mode
    let channel: FrameChannel
    let calls = CallTable()
    let devices = DeviceTable()
    let pool = CallPool(limit: maximumCalls)
    let plugin = Mutex<LoadedPlugin?>(nil)
    let phase = Mutex<Phase>(.serving)
    let nextOwnCall = Mutex(firstOwnCall)
    let wake: Int32
    /// Whether the host wants every byte on the wire.
    let isTracing = Atomic<Bool>(false)

    /// Takes ownership of the connected SEQPACKET socket.
    public init(descriptor: Int32, mode: Mode) {
        self.mode = mode
        channel = FrameChannel(descriptor: descriptor)
        wake = clinux_eventfd()
    }

    deinit { close(wake) }

    /// Serves until the host hangs up or says goodbye. In a process of its own this does not return.
    public func run() {
        _ = clinux_install_interrupt()
        var terminate = mode == .process ? clinux_sigterm_fd() : -1
        var isConnected = true
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Frame.maximumSize, alignment: 8)
        defer { buffer.deallocate() }
        var arguments = PieceCollector(tag: .argument, keeping: .secretName, limit: Self.maximumArgument)
        var pending: [UInt64: Int32] = [:]
        var next: UInt64?
        var nextMemoryLook: UInt64 = 0
        while true {
            let now = clinux_monotonic_ns()
            let timeout = next.map { Int64(clamping: $0 > now ? $0 - now : 0) } ?? -1
            let ready = clinux_poll([isConnected ? channel.descriptor : -1, terminate, wake], 3, 0, timeout)
            if ready & 1 != 0, !receive(into: buffer, &arguments, &pending) {
                isConnected = false
                hostIsGone()
            }
            if ready & 2 != 0 {
                // The signal stays pending; it needs no second answer.
                terminate = -1
                beginEnding(grace: 800_000_000, isPatient: true)
            }
            if ready & 4 != 0 { clinux_eventfd_reset(wake) }
            next = tick()
            if mode == .process { watchMemory(&nextMemoryLook) }
            if case .ended = phase.withLock({ $0 }) { break }
        }
        for descriptor in pending.values { close(descriptor) }
        pool.end()
        if mode == .process { _exit(0) }
        channel.hangUp()
    }

    /// Takes one message.
    /// - Returns: false when the host is gone, or speaks nonsense, which is the same.
    private func receive(
        into buffer: UnsafeMutableRawBufferPointer, _ arguments: inout PieceCollector,
        _ pending: inout [UInt64: Int32]
    ) -> Bool {
        switch channel.receive(into: buffer) {
        case .nothing: return true
        case .end, .tooLong: return false
        case .message(let bytes, let descriptor):
            guard var frame = try? Frame(decoding: bytes) else {
                if let descriptor { close(descriptor) }
                return false
            }
            switch frame.type {
            case .hello: greet(frame, library: descriptor)
            case .call:
                if let descriptor {
                    if let old = pending.updateValue(descriptor, forKey: frame.call) { close(old) }
                }
                do throws(FrameError) {
                    guard let whole = try arguments.take(frame) else { return true }
                    dispatch(whole, source: pending.removeValue(forKey: frame.call))
                } catch {
                    if let source = pending.removeValue(forKey: frame.call) { close(source) }
                    reject(frame.call, INGOT_E_INVALID, error.description)
                }
                clinux_wipe(buffer.baseAddress, bytes.count)
                frame.wipe()
            case .cancel:
                if let unbegun = calls.stop(frame.call, now: clinux_monotonic_ns()) { answerUnbegun(unbegun) }
            case .goodbye: beginEnding(grace: 3_000_000_000, isPatient: false)
            case .emit, .progress, .log, .wire, .result: return false
            }
            return true
        }
    }

    /// Looks after deadlines.
    /// - Returns: when to look again.
    private func tick() -> UInt64? {
        let now = clinux_monotonic_ns()
        let (unbegun, next) = calls.tick(now: now)
        for context in unbegun { answerUnbegun(context) }
        guard case .ending(let until) = phase.withLock({ $0 }) else { return next }
        if now >= until { phase.withLock { $0 = .ended } }
        return min(next ?? until, until)
    }

    private func answerUnbegun(_ context: CallContext) {
        let isLate = clinux_monotonic_ns() >= context.deadline
        let outcome = CallOutcome(
            status: isLate ? INGOT_E_TIMEOUT : INGOT_E_CANCELLED,
            failure: .init(message: isLate ? "deadline passed before the call began" : "cancelled before it began"))
        _ = channel.send(outcome.frame(call: context.id))
    }
}
