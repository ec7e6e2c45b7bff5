// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginAPI
import PluginTesting

/// A device of the built library, opened and used through the C interface, each call on a thread of its own.
final class OpenDevice: @unchecked Sendable {
    /// What one call came to.
    struct Outcome: Sendable {
        var status: ingot_status
        /// Out-integers of the function, where it has some.
        var number: Int32 = -1
        var flags: UInt32 = 0
        var record: TestCall.Record
        var elapsed: Duration

        /// The emitted objects of that key.
        func json(_ key: String) -> [[String: Any]] {
            record.emitted.filter { $0.key == key }.compactMap {
                (try? JSONSerialization.jsonObject(with: Data($0.bytes))) as? [String: Any]
            }
        }

        func texts(_ key: String) -> [String] {
            record.emitted.filter { $0.key == key }.map { String(decoding: $0.bytes, as: UTF8.self) }
        }

        var message: String { record.error?.message ?? "" }
        var detail: String { record.error?.detail ?? "" }
        var isMaybeApplied: Bool { record.error?.isMaybeApplied ?? false }
        /// Every message that was reported to the trace.
        var wire: String { record.wire.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: "\n") }
        /// Method and path of each request that was sent.
        var requests: [String] {
            record.wire.filter { !$0.received }.map {
                String(decoding: $0.bytes, as: UTF8.self).prefix { $0 != "\r\n" && $0 != "\r" }
                    .replacingOccurrences(of: " HTTP/1.1", with: "")
            }
        }
    }

    struct OpenFailure: Error {
        var outcome: Outcome
    }

    static let password = "canary-S3cret\"\\ü"

    let plugin: LoadedPlugin
    let secrets: [String: String]
    private let driver: UnsafePointer<ingot_driver>
    let device: OpaquePointer
    private let isClosed = NSLock()
    private var closed = false

    init(_ configuration: [String: Any], password: String = OpenDevice.password) throws {
        plugin = try LoadedPlugin.named("ingot-redfish")
        let driver = try plugin.interface(INGOT_DRIVER, ingot_driver.self)
        self.driver = driver
        secrets = ["password": password, "media_password": "canary-M3dia"]
        let json = String(decoding: try JSONSerialization.data(withJSONObject: configuration), as: UTF8.self)
        let call = TestCall(secrets: secrets)
        var opened: OpaquePointer?
        let status = call.run { driver.pointee.open($0, json, &opened) }
        guard status == INGOT_OK, let opened else {
            throw OpenFailure(outcome: Outcome(status: status, record: call.result, elapsed: .zero))
        }
        device = opened
    }

    convenience init(_ address: String, quirks: [String] = [], _ more: [String: Any] = [:]) throws {
        var configuration: [String: Any] = ["address": address, "username": "admin"]
        if !quirks.isEmpty { configuration["quirks"] = quirks }
        try self.init(configuration.merging(more) { $1 })
    }

    /// Closes the device, as the host does; says what was sent meanwhile.
    @discardableResult
    func close() -> TestCall.Record {
        isClosed.lock()
        defer { isClosed.unlock() }
        let call = TestCall(deadline: .seconds(3), secrets: secrets)
        if !closed { call.run { driver.pointee.close(device, $0) } }
        closed = true
        return call.result
    }

    deinit { close() }

    func call(_ deadline: Duration = .seconds(20)) -> TestCall { TestCall(deadline: deadline, secrets: secrets) }

    /// Runs a function of an interface of the library on this device.
    private func run<Table>(
        _ id: String, _ type: Table.Type, _ call: TestCall?,
        _ body:
            @escaping @Sendable (Table, OpaquePointer, UnsafePointer<ingot_call>, inout Int32, inout UInt32) ->
            ingot_status?
    ) async -> Outcome {
        guard let table = try? plugin.interface(id, type).pointee else {
            return Outcome(status: INGOT_E_UNSUPPORTED, record: TestCall().result, elapsed: .zero)
        }
        nonisolated(unsafe) let interface = table
        let call = call ?? self.call()
        return await onOwnThread { [self] in
            let begin = ContinuousClock.now
            var number: Int32 = -1
            var flags: UInt32 = 0
            let status = call.run { body(interface, device, $0, &number, &flags) } ?? INGOT_E_UNSUPPORTED
            return Outcome(
                status: status, number: number, flags: flags, record: call.result, elapsed: ContinuousClock.now - begin)
        }
    }

    func probe(_ call: TestCall? = nil) async -> Outcome {
        await run(INGOT_DRIVER, ingot_driver.self, call) { table, device, call, _, _ in table.probe(device, call) }
    }

    func powerState(_ call: TestCall? = nil) async -> Outcome {
        await run(INGOT_POWER, ingot_power.self, call) { table, device, call, number, _ in
            table.get(device, call, &number)
        }
    }

    func setPower(_ action: Int32, _ call: TestCall? = nil) async -> Outcome {
        await run(INGOT_POWER, ingot_power.self, call) { table, device, call, _, _ in table.set(device, call, action) }
    }

    func bootSetting(_ call: TestCall? = nil) async -> Outcome {
        await run(INGOT_BOOT, ingot_boot.self, call) { table, device, call, number, flags in
            table.get(device, call, &number, &flags)
        }
    }

    func setBoot(_ target: Int32, _ flags: Int32 = 0, _ call: TestCall? = nil) async -> Outcome {
        await run(INGOT_BOOT, ingot_boot.self, call) { table, device, call, _, _ in
            table.set(device, call, target, UInt32(bitPattern: flags))
        }
    }

    /// Reads one of the reader interfaces.
    func read(_ id: String, _ query: String = "{}", _ call: TestCall? = nil) async -> Outcome {
        await run(id, ingot_reader.self, call) { table, device, call, _, _ in table.read(device, call, query) }
    }

    func clearEvents(_ call: TestCall? = nil) async -> Outcome {
        await run(INGOT_EVENTLOG, ingot_reader.self, call) { table, device, call, _, _ in table.clear?(device, call) }
    }

    /// `INGOT_MEDIA` or `INGOT_FIRMWARE`; `source` is the image to push.
    func begin(
        _ id: String, _ request: String, source: [UInt8]? = nil, _ call: TestCall? = nil
    ) async -> Outcome {
        await run(id, ingot_job.self, call) { table, device, call, _, _ in
            guard let source else { return table.begin(device, call, request, nil) }
            return BytesSource.lend(source) { table.begin(device, call, request, $0) }
        }
    }

    func poll(_ id: String, _ token: String, _ call: TestCall? = nil) async -> Outcome {
        await run(id, ingot_job.self, call) { table, device, call, number, _ in
            table.poll(device, call, token, &number)
        }
    }

    func end(_ id: String, _ token: String, _ call: TestCall? = nil) async -> Outcome {
        await run(id, ingot_job.self, call) { table, device, call, _, _ in table.end(device, call, token) }
    }

    func invoke(_ method: String, _ body: String = "", _ call: TestCall? = nil) async -> Outcome {
        await run(INGOT_VENDOR, ingot_vendor.self, call) { table, device, call, _, _ in
            body.withCString { table.invoke(device, call, method, $0, strlen($0)) }
        }
    }
}

/// Bytes as the host lends them to a call.
enum BytesSource {
    private final class Box {
        let bytes: [UInt8]
        init(_ bytes: [UInt8]) { self.bytes = bytes }
    }

    static func lend<Result>(_ bytes: [UInt8], _ body: (UnsafePointer<ingot_source>) -> Result) -> Result {
        let box = Box(bytes)
        var source = ingot_source()
        source.struct_size = UInt32(MemoryLayout<ingot_source>.size)
        source.size = UInt64(bytes.count)
        source.host_data = Unmanaged.passUnretained(box).toOpaque()
        source.read = { source, path, offset, buffer, capacity, got in
            guard let data = source?.pointee.host_data, let buffer, let got else { return INGOT_E_INVALID }
            guard path == nil else { return INGOT_E_STATE }
            let bytes = Unmanaged<Box>.fromOpaque(data).takeUnretainedValue().bytes
            let rest = bytes.dropFirst(Int(clamping: offset)).prefix(capacity)
            UnsafeMutableRawBufferPointer(start: buffer, count: capacity).copyBytes(from: rest)
            got.pointee = rest.count
            return INGOT_OK
        }
        return withExtendedLifetime(box) { withUnsafePointer(to: source) { body($0) } }
    }
}

extension Int32 {
    static let off = Int32(INGOT_POWER_OFF)
    static let on = Int32(INGOT_POWER_ON)
    static let doOn = Int32(INGOT_DO_ON)
    static let doOff = Int32(INGOT_DO_OFF)
    static let doSoftOff = Int32(INGOT_DO_SOFT_OFF)
    static let doCycle = Int32(INGOT_DO_CYCLE)
    static let doReset = Int32(INGOT_DO_RESET)
    static let doNMI = Int32(INGOT_DO_NMI)
    static let none = Int32(INGOT_BOOT_NONE)
    static let pxe = Int32(INGOT_BOOT_PXE)
    static let disk = Int32(INGOT_BOOT_DISK)
    static let cd = Int32(INGOT_BOOT_CD)
    static let setup = Int32(INGOT_BOOT_SETUP)
    static let http = Int32(INGOT_BOOT_HTTP)
    static let persistent = Int32(INGOT_BOOT_PERSISTENT)
    static let uefi = Int32(INGOT_BOOT_UEFI)
    static let legacy = Int32(INGOT_BOOT_LEGACY)
}
