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
            secrets: request.secrets, channel: channel, isTraced: isTracing.load(ordering: .relaxed))
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
            _ = channel.send(outcome.frame(call: context.id), passing: outcome.descriptor)
            if outcome.descriptor >= 0 { close(outcome.descriptor) }
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
        case .sweepRead: return sweep(request, interfaces, call)
        default:
            guard let device = devices.use(request.device) else { return Self.notOpen }
            defer { devices.release(request.device) }
            return withExtendedLifetime(image) { drive(request, interfaces, call, device.pointer, image?.pointer) }
        }
    }

    private static let notOpen = CallOutcome(
        status: INGOT_E_STATE, failure: .init(flags: INGOT_ERR_SESSION_LOST, message: "device is not open"))

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
        _ request: CallRequest, _ interfaces: Interfaces, _ call: UnsafePointer<ingot_call>, _ device: OpaquePointer,
        _ source: UnsafePointer<ingot_source>?
    ) -> CallOutcome {
        var first: Int32 = 0
        var second: UInt32 = 0
        func withArgument(_ body: (UnsafePointer<CChar>?) -> ingot_status) -> ingot_status {
            Self.withText(request.argument, body)
        }
        let status: ingot_status
        switch request.function {
        case .driverProbe: status = interfaces.driver.probe(device, call)
        case .powerGet: status = interfaces.power.get(device, call, &first)
        case .powerSet: status = interfaces.power.set(device, call, request.value)
        case .bootGet: status = interfaces.boot.get(device, call, &first, &second)
        case .bootSet: status = interfaces.boot.set(device, call, request.value, request.flags)
        case .inventoryRead: status = withArgument { interfaces.inventory.read(device, call, $0) }
        case .sensorsRead: status = withArgument { interfaces.sensors.read(device, call, $0) }
        case .eventLogRead: status = withArgument { interfaces.eventLog.read(device, call, $0) }
        case .eventLogClear: status = interfaces.eventLog.clear(device, call)
        case .consoleOpen: return console(interfaces, call, device)
        case .mediaBegin: status = withArgument { interfaces.media.begin(device, call, $0, source) }
        case .mediaPoll: status = withArgument { interfaces.media.poll(device, call, $0, &first) }
        case .mediaEnd: status = withArgument { interfaces.media.end(device, call, $0) }
        case .firmwareBegin: status = withArgument { interfaces.firmware.begin(device, call, $0, source) }
        case .firmwarePoll: status = withArgument { interfaces.firmware.poll(device, call, $0, &first) }
        case .firmwareEnd: status = withArgument { interfaces.firmware.end(device, call, $0) }
        case .vendorInvoke:
            status = request.argument.withUnsafeBytes { body in
                interfaces.vendor.invoke(device, call, request.method, body.baseAddress, body.count)
            }
        case .driverOpen, .driverClose, .installerDetect, .installerRender, .installerEvent, .sweepRead:
            status = INGOT_E_UNSUPPORTED
        }
        return CallOutcome(status: status, firstOut: first, secondOut: Int32(bitPattern: second))
    }

    private func console(
        _ interfaces: Interfaces, _ call: UnsafePointer<ingot_call>, _ device: OpaquePointer
    ) -> CallOutcome {
        var descriptor: Int32 = -1
        let status = interfaces.console.open(device, call, &descriptor)
        guard status == INGOT_OK else { return CallOutcome(status: status) }
        var type: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard descriptor >= 0, getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 else {
            return CallOutcome(
                status: INGOT_E_INTERNAL, failure: .init(message: "the console's descriptor \(descriptor) is no socket")
            )
        }
        return CallOutcome(status: INGOT_OK, descriptor: descriptor)
    }

    /// The argument is the devices' numbers, eight bytes each.
    private func sweep(
        _ request: CallRequest, _ interfaces: Interfaces, _ call: UnsafePointer<ingot_call>
    ) -> CallOutcome {
        let bytes = request.argument
        let ids = stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map {
            UInt64(littleEndianBytes: bytes[$0..<$0 + 8])
        }
        var taken: [UInt64] = []
        defer { for id in taken { devices.release(id) } }
        var pointers: [OpaquePointer?] = []
        for id in ids {
            guard let device = devices.use(id) else { return Self.notOpen }
            taken.append(id)
            pointers.append(device.pointer)
        }
        let status = pointers.withUnsafeBufferPointer {
            interfaces.sweep.read($0.baseAddress, $0.count, call, request.value)
        }
        return CallOutcome(status: status)
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
