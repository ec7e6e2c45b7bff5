// SPDX-License-Identifier: Apache-2.0
internal import PluginAPI

/// What a device is opened with.
struct DeviceSettings: Sendable {
    /// The configuration without its secrets, as JSON.
    var json: String
    var secrets: MaskedSecrets
}

/// A device the plugin under test has opened.
struct Device: @unchecked Sendable {
    let subject: Subject
    let settings: DeviceSettings
    let pointer: OpaquePointer

    // MARK: Driver

    func probe(_ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let probe = subject.tables.driver.probe else { throw CheckStop.missing("driver.probe") }
        return try await call("driver.probe", options) { device, call, _ in probe(device, call) }
    }

    @discardableResult
    func close(_ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let close = subject.tables.driver.close else { throw CheckStop.missing("driver.close") }
        return try await call("driver.close", options) { device, call, _ in
            close(device, call)
            return INGOT_OK
        }
    }

    // MARK: Power

    func power(_ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let get = subject.tables.power.get else { throw CheckStop.missing("power.get") }
        return try await call("power.get", options) { device, call, out in get(device, call, out) }
    }

    func setPower(_ action: Int32, _ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let set = subject.tables.power.set else { throw CheckStop.missing("power.set") }
        return try await call("power.set \(Words.action(action))", options) { device, call, _ in
            set(device, call, action)
        }
    }

    // MARK: Boot

    /// `first` is the target, `second` holds the flags' bits.
    func boot(_ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let get = subject.tables.boot.get else { throw CheckStop.missing("boot.get") }
        return try await call("boot.get", options) { device, call, out in
            var flags: UInt32 = 0
            let status = get(device, call, out, &flags)
            if status == INGOT_OK { (out + 1).pointee = Int32(bitPattern: flags) }
            return status
        }
    }

    func setBoot(_ target: Int32, _ flags: UInt32 = 0, _ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let set = subject.tables.boot.set else { throw CheckStop.missing("boot.set") }
        let name = "boot.set \(Words.target(target))" + (flags == 0 ? "" : " \(Words.bootFlags(flags))")
        return try await call(name, options) { device, call, _ in set(device, call, target, flags) }
    }

    // MARK: Readers

    enum Reader: String, CaseIterable { case sensors, inventory, eventlog }

    func read(_ reader: Reader, query: String = "{}", _ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let read = table(reader).read else { throw CheckStop.missing("\(reader.rawValue).read") }
        return try await call("\(reader.rawValue).read", options) { device, call, _ in
            query.withCString { read(device, call, $0) }
        }
    }

    func clear(_ reader: Reader, _ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let clear = table(reader).clear else { throw CheckStop.missing("\(reader.rawValue).clear") }
        return try await call("\(reader.rawValue).clear", options) { device, call, _ in clear(device, call) }
    }

    private func table(_ reader: Reader) -> ingot_reader {
        switch reader {
        case .sensors: subject.tables.sensors
        case .inventory: subject.tables.inventory
        case .eventlog: subject.tables.eventLog
        }
    }

    // MARK: Console, jobs, vendor

    /// `first` is the descriptor.
    func openConsole(_ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let open = subject.tables.console.open else { throw CheckStop.missing("console.open") }
        return try await call("console.open", options) { device, call, out in open(device, call, out) }
    }

    enum Job: String, CaseIterable { case media, firmware }

    func begin(
        _ job: Job, request: String, image: [UInt8]? = nil, _ options: CallOptions = CallOptions()
    ) async throws -> Answer {
        guard let begin = table(job).begin else { throw CheckStop.missing("\(job.rawValue).begin") }
        let source = image.map { HarnessSource($0) }
        return try await call("\(job.rawValue).begin", options) { device, call, _ in
            request.withCString { begin(device, call, $0, source?.pointer) }
        }
    }

    /// `first` is 1 once the work has ended well.
    func poll(_ job: Job, token: String, _ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let poll = table(job).poll else { throw CheckStop.missing("\(job.rawValue).poll") }
        return try await call("\(job.rawValue).poll", options) { device, call, out in
            token.withCString { poll(device, call, $0, out) }
        }
    }

    func end(_ job: Job, token: String, _ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let end = table(job).end else { throw CheckStop.missing("\(job.rawValue).end") }
        return try await call("\(job.rawValue).end", options) { device, call, _ in
            token.withCString { end(device, call, $0) }
        }
    }

    private func table(_ job: Job) -> ingot_job {
        switch job {
        case .media: subject.tables.media
        case .firmware: subject.tables.firmware
        }
    }

    func invoke(_ method: String, body: [UInt8], _ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let invoke = subject.tables.vendor.invoke else { throw CheckStop.missing("vendor.invoke") }
        return try await call("vendor.invoke", options) { device, call, _ in
            body.withUnsafeBytes { bytes in
                method.withCString { invoke(device, call, $0, bytes.baseAddress, bytes.count) }
            }
        }
    }

    // MARK: Inside

    private func call(
        _ operation: String, _ options: CallOptions,
        _ body:
            @escaping @Sendable (OpaquePointer, UnsafePointer<ingot_call>, UnsafeMutablePointer<Int32>) -> ingot_status
    ) async throws -> Answer {
        let device = Handed(value: pointer)
        return try await subject.call(operation, options, secrets: settings.secrets) { call, outs in
            body(device.value, call, outs)
        }
    }
}

extension Subject {
    /// Opens a device; the device is nil when the driver refuses.
    func open(_ settings: DeviceSettings, _ options: CallOptions = CallOptions()) async throws -> (Answer, Device?) {
        guard let open = tables.driver.open else { throw CheckStop.missing("driver.open") }
        let place = DevicePlace()
        let answer = try await call("driver.open", options, secrets: settings.secrets) { call, _ in
            settings.json.withCString { open(call, $0, place.pointer) }
        }
        guard answer.isOK else { return (answer, nil) }
        guard let device = place.pointer.pointee else {
            throw CheckStop.failed(expected: "a device from an open that answers OK", seen: "*out is NULL")
        }
        return (answer, Device(subject: self, settings: settings, pointer: device))
    }
}

extension Subject {
    /// Reads one subject from several devices in one call.
    func sweep(_ devices: [Device], _ what: Int32, _ options: CallOptions = CallOptions()) async throws -> Answer {
        guard let read = tables.sweep.read else { throw CheckStop.missing("sweep.read") }
        let pointers = Handed(value: devices.map { OpaquePointer?.some($0.pointer) })
        return try await call(
            "sweep.read", options, secrets: MaskedSecrets.numbered(devices.map(\.settings.secrets))
        ) { call, _ in
            pointers.value.withUnsafeBufferPointer { read($0.baseAddress, $0.count, call, what) }
        }
    }
}

/// Where `open` puts the device.
private final class DevicePlace: @unchecked Sendable {
    let pointer = UnsafeMutablePointer<OpaquePointer?>.allocate(capacity: 1)
    init() { pointer.initialize(to: nil) }
    deinit { pointer.deallocate() }
}
