// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import PluginAPI
internal import PluginWire
private import Synchronization

extension WorkerLoop {
    /// Puts a complete call on a thread. Takes ownership of the source's descriptor.
    func dispatch(_ whole: PieceCollector.Whole, source: Int32?) {
        guard let request = CallRequest(whole), request.id != 0, request.id < Self.firstOwnCall else {
            if let source { close(source) }
            return reject(whole.first.call, INGOT_E_INTERNAL, "the call lacks a field")
        }
        guard case .serving = phase.withLock({ $0 }), let plugin = plugin.withLock({ $0 }) else {
            if let source { close(source) }
            return reject(request.id, INGOT_E_STATE, "the worker is not serving")
        }
        let context = CallContext(
            id: request.id, function: request.function, deadline: request.deadline, operation: request.operation,
            secrets: request.secrets, channel: channel)
        guard let context else {
            if let source { close(source) }
            return outOfDescriptors(call: request.id)
        }
        calls.add(context)
        let image = source.map { SourceContext(descriptor: $0, call: context) }
        let hasThread = pool.submit { [self] in
            guard calls.begin(context.id) else { return }
            var outcome = perform(request, plugin.interfaces, context, image)
            calls.end(context.id)
            if outcome.status != INGOT_OK { outcome.failure = context.notes.withLock { $0.failure } ?? outcome.failure }
            _ = channel.send(outcome.frame(call: context.id))
            continueEnding()
        }
        if !hasThread {
            calls.end(context.id)
            reject(request.id, INGOT_E_BUSY, "no thread for the call")
        }
    }

    /// Answers a call that is not made.
    func reject(_ call: UInt64, _ status: ingot_status, _ why: String) {
        _ = channel.send(CallOutcome(status: status, failure: .init(message: why)).frame(call: call))
    }

    /// A plugin that leaks descriptors leaves its worker unusable; a fresh one costs milliseconds.
    private func outOfDescriptors(call: UInt64) {
        reject(call, INGOT_E_INTERNAL, "the worker has hardly a file descriptor left: the plugin leaks them")
        guard mode == .process else { return }
        let line = Array("hardly a file descriptor left: the plugin leaks them\n".utf8)
        _ = write(2, line, line.count)
        _exit(71)
    }

    private func perform(
        _ request: CallRequest, _ interfaces: Interfaces, _ context: CallContext, _ image: SourceContext?
    ) -> CallOutcome {
        let call = context.pointer
        switch request.function {
        case .driverOpen: return open(request, interfaces, context)
        case .driverClose:
            guard let device = devices.remove(request.device) else { return CallOutcome(status: INGOT_OK) }
            interfaces.driver.close(device.pointer, call)
            return CallOutcome(status: INGOT_OK)
        case .installerDetect, .installerRender, .installerEvent:
            return install(request, interfaces, call, image)
        case .driverProbe, .powerGet, .powerSet, .bootGet, .bootSet, .inventoryRead:
            guard let device = devices.use(request.device) else {
                return CallOutcome(
                    status: INGOT_E_STATE, failure: .init(flags: INGOT_ERR_SESSION_LOST, message: "device is not open"))
            }
            defer { devices.release(request.device) }
            return drive(request, interfaces, call, device.pointer)
        }
    }

    private func open(_ request: CallRequest, _ interfaces: Interfaces, _ context: CallContext) -> CallOutcome {
        guard !devices.contains(request.device) else {
            return CallOutcome(status: INGOT_E_STATE, failure: .init(message: "device is open already"))
        }
        var device: OpaquePointer?
        let status = Self.withText(request.argument) { interfaces.driver.open(context.pointer, $0, &device) }
        guard status == INGOT_OK else { return CallOutcome(status: status) }
        guard let device else {
            return CallOutcome(status: INGOT_E_INTERNAL, failure: .init(message: "open gave no device"))
        }
        devices.add(request.device, DeviceHandle(pointer: device))
        return CallOutcome(status: INGOT_OK)
    }

    private func drive(
        _ request: CallRequest, _ interfaces: Interfaces, _ call: UnsafePointer<ingot_call>, _ device: OpaquePointer
    ) -> CallOutcome {
        var first: Int32 = 0
        var second: UInt32 = 0
        var status = INGOT_E_UNSUPPORTED
        switch request.function {
        case .driverProbe: status = interfaces.driver.probe(device, call)
        case .powerGet: status = interfaces.power.get(device, call, &first)
        case .powerSet: status = interfaces.power.set(device, call, request.value)
        case .bootGet: status = interfaces.boot.get(device, call, &first, &second)
        case .bootSet: status = interfaces.boot.set(device, call, request.value, request.flags)
        case .inventoryRead:
            status = Self.withText(request.argument) { interfaces.inventory.read(device, call, $0) }
        case .driverOpen, .driverClose, .installerDetect, .installerRender, .installerEvent: break
        }
        return CallOutcome(status: status, firstOut: first, secondOut: Int32(bitPattern: second))
    }

    private func install(
        _ request: CallRequest, _ interfaces: Interfaces, _ call: UnsafePointer<ingot_call>, _ image: SourceContext?
    ) -> CallOutcome {
        if request.function == .installerEvent {
            return CallOutcome(status: Self.withText(request.argument) { interfaces.installer.event(call, $0) })
        }
        guard let image else {
            return CallOutcome(status: INGOT_E_INVALID, failure: .init(message: "no image came with the call"))
        }
        return withExtendedLifetime(image) {
            guard request.function == .installerDetect else {
                return CallOutcome(
                    status: Self.withText(request.argument) { interfaces.installer.render(call, image.pointer, $0) })
            }
            var score: Int32 = 0
            let status = interfaces.installer.detect(call, image.pointer, &score)
            return CallOutcome(status: status, firstOut: score)
        }
    }

    /// Lends bytes as NUL-ended text.
    private static func withText<R>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>?) -> R) -> R {
        var text = bytes.map { CChar(bitPattern: $0) }
        text.append(0)
        return text.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
