// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import PluginAPI
internal import PluginWire
private import Synchronization

/// What a recorder is told. Nothing happens here without one.
extension WorkerLink {
    func trace(_ call: WorkerCall, _ id: UInt64) {
        guard let tracer else { return }
        tracer(
            CallTrace(
                plugin: entry.manifest.id, device: call.device, call: id, at: clinux_monotonic_ns(),
                what: .call(
                    function: call.function.name, argument: call.argument, method: call.method, value: call.value,
                    flags: call.flags)))
    }

    /// - Throws: `FrameError` when pieces do not fit together.
    func trace(_ frame: Frame, _ listener: inout FrameListener) throws(FrameError) {
        guard let tracer, let whole = try listener.traced.take(frame) else { return }
        let first = whole.first
        let isSensitive = (first.uint32(.wireFlags) ?? 0) & INGOT_WIRE_SENSITIVE != 0
        let bytes = isSensitive ? nil : state.withLock { $0.redactor.clean(whole.value) }
        let device = state.withLock { $0.calls[frame.call]?.device ?? 0 }
        tracer(
            CallTrace(
                plugin: entry.manifest.id, device: device, call: frame.call, at: first.uint64(.moment) ?? 0,
                what: .wire(
                    received: first.uint32(.received) == 1, protocolName: first.text(.wireProtocol) ?? "",
                    bytes: bytes, count: Int(clamping: first.uint64(.byteCount) ?? 0))))
    }

    func trace(result call: CallInFlight, id: UInt64, error: DriverError?) {
        guard let tracer else { return }
        let emitted = state.withLock { state in
            call.reply.emitted.map { (key: $0.key, data: state.redactor.clean($0.data)) }
        }
        tracer(
            CallTrace(
                plugin: entry.manifest.id, device: call.device, call: id, at: clinux_monotonic_ns(),
                what: .result(
                    error: error, firstOut: call.reply.firstOut, secondOut: call.reply.secondOut, emitted: emitted)))
    }
}
