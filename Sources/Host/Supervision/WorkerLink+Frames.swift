// SPDX-License-Identifier: Apache-2.0
private import CLinux
internal import Logging
private import PluginAPI
internal import PluginWire
private import Synchronization

/// What a worker says, and what becomes of it.
extension WorkerLink {
    /// Counted for every emitted value beside its bytes, so that empty ones are not free.
    private static let emitOverhead = 64

    /// Takes one frame from the worker.
    /// - Throws: `FrameError` when pieces do not fit together.
    func take(
        _ frame: Frame, _ descriptor: OwnedDescriptor?, _ listener: inout FrameListener
    ) throws(FrameError) {
        switch frame.type {
        case .hello: greet(frame)
        case .emit: if try !emit(frame, &listener) { count(&listener) }
        case .result:
            listener.emitted.drop(call: frame.call)
            if !conclude(frame, descriptor) { count(&listener) }
        case .wire:
            let isNews = noteWire(frame)
            if tracer != nil {
                try trace(frame, &listener)
            } else if !isNews {
                count(&listener)
            }
        case .progress, .log:
            if count(&listener) { report(frame) }
        case .call, .cancel, .goodbye: throw .type(frame.type.rawValue)
        }
    }

    /// Counts a frame that costs the worker nothing to send.
    /// - Returns: false when it was one too many.
    @discardableResult
    private func count(_ listener: inout FrameListener) -> Bool {
        guard !listener.reports.take(at: clinux_monotonic_ns()) else { return true }
        condemn(.flooded, "sent more than \(limits.reportsPerSecond) log lines and reports in a second")
        return false
    }

    private func greet(_ frame: Frame) {
        guard frame.int32(.status) == INGOT_OK else {
            return giveUp(oneLine(frame.text(.message) ?? "the worker could not load the library"))
        }
        let introduction = WorkerIntroduction(frame)
        if let difference = introduction.difference(from: entry.manifest) { return giveUp(difference) }
        let isFirst = state.withLock { state in
            guard case .starting = state.phase else { return false }
            state.phase = .serving
            state.hasServed = true
            return true
        }
        if isFirst { owner.isReady(self, introduction) }
    }

    /// - Returns: false when there is no such call.
    private func emit(_ frame: Frame, _ listener: inout FrameListener) throws(FrameError) -> Bool {
        let size = frame.bytes(.data)?.count ?? 0
        let function = state.withLock { state -> (name: String, isOver: Bool)? in
            guard let function = state.calls[frame.call]?.function else { return nil }
            state.calls[frame.call]?.emittedBytes += size + Self.emitOverhead
            let total = state.calls[frame.call]?.emittedBytes ?? 0
            return (function.name, total > limits.emittedBytesPerCall)
        }
        guard let function else {
            listener.emitted.drop(call: frame.call)
            return false
        }
        guard !function.isOver else {
            condemn(.flooded, "emitted more than \(limits.emittedBytesPerCall) bytes in one call of \(function.name)")
            return true
        }
        guard let whole = try listener.emitted.take(frame) else { return true }
        let key = whole.first.text(.key) ?? ""
        state.withLock { $0.calls[frame.call]?.reply.emitted.append((key, whole.value)) }
        return true
    }

    /// - Returns: false when there is no such call, or it is known already.
    private func noteWire(_ frame: Frame) -> Bool {
        state.withLock { state in
            guard frame.uint32(.received) != 1, state.calls[frame.call]?.sentBytes == false else { return false }
            state.calls[frame.call]?.sentBytes = true
            return true
        }
    }

    private func report(_ frame: Frame) {
        switch frame.type {
        case .log:
            let (text, detail) = state.withLock { state in
                (
                    state.redactor.clean(frame.text(.message) ?? ""),
                    frame.text(.detail).map { state.redactor.clean($0) }
                )
            }
            var metadata: Logger.Metadata = ["plugin": "\(entry.manifest.id)"]
            if let detail { metadata["fields"] = "\(oneLine(detail))" }
            logger.log(level: .init(plugin: frame.int32(.level) ?? 1), "\(oneLine(text))", metadata: metadata)
        default:
            let stage = state.withLock { $0.redactor.clean(frame.text(.stage) ?? "") }
            logger.trace("\(entry.manifest.id) \(frame.uint32(.permille) ?? 0)/1000 \(oneLine(stage))")
        }
    }

    /// - Returns: false when there is no such call.
    private func conclude(_ frame: Frame, _ descriptor: OwnedDescriptor?) -> Bool {
        let call = state.withLock { state in
            state.answered += 1
            if let console = descriptor.flatMap({ OpenConsole($0.value) }) { state.consoles.append(console) }
            return state.calls.removeValue(forKey: frame.call)
        }
        guard var call else { return false }
        let code = frame.int32(.status) ?? INGOT_E_INTERNAL
        call.reply.firstOut = frame.int32(.firstOut) ?? 0
        call.reply.secondOut = frame.uint32(.secondOut) ?? 0
        call.reply.descriptor = descriptor
        guard code != INGOT_OK else {
            trace(result: call, id: frame.call, error: nil)
            call.answer.settle(.success(call.reply))
            return true
        }
        let error = error(code, frame, call)
        trace(result: call, id: frame.call, error: error)
        call.answer.settle(.failure(error))
        return true
    }

    private func error(_ code: Int32, _ frame: Frame, _ call: CallInFlight) -> DriverError {
        let status = DriverStatus(code: code)
        let flags = frame.uint32(.errorFlags) ?? 0
        var message = oneLine(state.withLock { $0.redactor.clean(frame.text(.message) ?? "") })
        if message.isEmpty { message = "\(call.function.name) failed without a reason" }
        if status == .internal, status.rawValue != code { message += " (unknown status \(code))" }
        // A driver that stopped in the middle may not know itself what the device made of it.
        let hasStopped = [.timeout, .cancelled, .internal].contains(status)
        let isInDoubt = call.function.isMutating && call.sentBytes && hasStopped
        let delay = frame.uint32(.retryAfter) ?? 0
        return DriverError(
            status: status, message: message,
            detailJSON: frame.text(.detail).map { detail in state.withLock { $0.redactor.clean(detail) } },
            retryable: flags & INGOT_ERR_RETRYABLE != 0,
            maybeApplied: flags & INGOT_ERR_MAYBE_APPLIED != 0 || isInDoubt,
            sessionLost: flags & INGOT_ERR_SESSION_LOST != 0,
            retryAfter: delay > 0 ? .milliseconds(Int64(delay)) : nil, vendorCode: frame.int32(.vendorCode) ?? 0)
    }
}

extension Logger {
    /// The least severity of a plugin's log line that this logger lets through.
    var pluginLevel: Int32 {
        switch logLevel {
        case .trace, .debug: 0
        case .info: 1
        case .notice: 2
        case .warning: 3
        case .error, .critical: 4
        }
    }
}

extension Logger.Level {
    /// The level of a plugin's log line.
    init(plugin level: Int32) {
        switch level {
        case ...0: self = .debug
        case 1: self = .info
        case 2: self = .notice
        case 3: self = .warning
        default: self = .error
        }
    }
}
