// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import PluginAPI
import PluginTesting

/// The built library, driven through the C interface as a worker does: each call on a thread of its own.
final class DriverUnderTest: @unchecked Sendable {
    /// What came of one call.
    struct Outcome: Sendable {
        var status: ingot_status
        var number: Int32 = 0
        var flags: UInt32 = 0
        var record: TestCall.Record
        var elapsed: Duration
        var finished: ContinuousClock.Instant

        func json(_ key: String) -> [[String: Any]] {
            record.emitted.filter { $0.key == key }.compactMap {
                (try? JSONSerialization.jsonObject(with: Data($0.bytes))) as? [String: Any]
            }
        }
    }

    let plugin: LoadedPlugin
    private let driver: UnsafePointer<ingot_driver>
    private let power: UnsafePointer<ingot_power>
    private let boot: UnsafePointer<ingot_boot>
    private let readers: [String: UnsafePointer<ingot_reader>]
    private let console: UnsafePointer<ingot_console>
    private let vendor: UnsafePointer<ingot_vendor>
    private let device: OpaquePointer
    let secrets: [String: String]

    struct OpenFailure: Error { var outcome: Outcome }

    /// Loads the library and opens a device.
    init(_ configuration: [String: Any], password: String = SimulatedBMC.user.password) throws {
        plugin = try LoadedPlugin.named("ingot-ipmi")
        let driver = try plugin.interface(INGOT_DRIVER, ingot_driver.self)
        self.driver = driver
        power = try plugin.interface(INGOT_POWER, ingot_power.self)
        boot = try plugin.interface(INGOT_BOOT, ingot_boot.self)
        var readers: [String: UnsafePointer<ingot_reader>] = [:]
        for id in [INGOT_INVENTORY, INGOT_SENSORS, INGOT_EVENTLOG] {
            readers[id] = try plugin.interface(id, ingot_reader.self)
        }
        self.readers = readers
        console = try plugin.interface(INGOT_CONSOLE, ingot_console.self)
        vendor = try plugin.interface(INGOT_VENDOR, ingot_vendor.self)
        secrets = ["password": password]
        let json = String(decoding: try JSONSerialization.data(withJSONObject: configuration), as: UTF8.self)
        let call = TestCall(secrets: secrets)
        var device: OpaquePointer?
        let status = call.run { driver.pointee.open($0, json, &device) }
        guard status == INGOT_OK, let device else {
            throw OpenFailure(outcome: Outcome(status: status, record: call.result, elapsed: .zero, finished: .now))
        }
        self.device = device
    }

    /// A device on a simulated BMC.
    convenience init(_ bmc: SimulatedBMC, port: UInt16? = nil, _ more: [String: Any] = [:]) throws {
        try self.init(Self.configuration(bmc.address, port ?? bmc.port).merging(more) { $1 })
    }

    static func configuration(_ host: String, _ port: UInt16) -> [String: Any] {
        [
            "host": host, "port": Int(port), "username": SimulatedBMC.user.name,
            "quirks": ["open_session_privilege"],
        ]
    }

    deinit {
        TestCall().run { driver.pointee.close(device, $0) }
    }

    private func perform(
        _ call: TestCall, _ body: @escaping @Sendable (UnsafePointer<ingot_call>) -> (ingot_status, Int32, UInt32)
    ) async -> Outcome {
        await onOwnThread {
            let begin = ContinuousClock.now
            let (status, number, flags) = call.run(body)
            return Outcome(
                status: status, number: number, flags: flags, record: call.result,
                elapsed: ContinuousClock.now - begin, finished: .now)
        }
    }

    /// Cancels the call as soon as the condition holds; says when that was.
    func cancel(_ call: TestCall, when condition: @escaping @Sendable () -> Bool) async -> ContinuousClock.Instant {
        await onOwnThread {
            let limit = ContinuousClock.now + .seconds(20)
            while !condition(), ContinuousClock.now < limit { usleep(5_000) }
            call.cancel()
            return .now
        }
    }

    func call(_ deadline: Duration = .seconds(20)) -> TestCall { TestCall(deadline: deadline, secrets: secrets) }

    func probe(_ call: TestCall? = nil) async -> Outcome {
        await perform(call ?? self.call()) { (self.driver.pointee.probe(self.device, $0), 0, 0) }
    }

    func powerState(_ call: TestCall? = nil) async -> Outcome {
        await perform(call ?? self.call()) {
            var state: Int32 = -1
            return (self.power.pointee.get(self.device, $0, &state), state, 0)
        }
    }

    func setPower(_ action: Int32, _ call: TestCall? = nil) async -> Outcome {
        await perform(call ?? self.call()) { (self.power.pointee.set(self.device, $0, action), 0, 0) }
    }

    func bootSetting(_ call: TestCall? = nil) async -> Outcome {
        await perform(call ?? self.call()) {
            var target: Int32 = -1
            var flags: UInt32 = 0
            let status = self.boot.pointee.get(self.device, $0, &target, &flags)
            return (status, target, flags)
        }
    }

    func setBoot(_ target: Int32, _ flags: UInt32 = 0, _ call: TestCall? = nil) async -> Outcome {
        await perform(call ?? self.call()) { (self.boot.pointee.set(self.device, $0, target, flags), 0, 0) }
    }

    func inventory(_ call: TestCall? = nil) async -> Outcome { await read(INGOT_INVENTORY, call: call) }

    func sensors(_ call: TestCall? = nil) async -> Outcome { await read(INGOT_SENSORS, call: call) }

    /// Events after a cursor.
    func events(after cursor: String? = nil, limit: Int? = nil) async -> Outcome {
        var query: [String: Any] = [:]
        query["after"] = cursor
        query["limit"] = limit
        let json = (try? JSONSerialization.data(withJSONObject: query)).map { String(decoding: $0, as: UTF8.self) }
        return await read(INGOT_EVENTLOG, query: json)
    }

    func clearEvents(_ call: TestCall? = nil) async -> Outcome {
        await perform(call ?? self.call()) {
            (self.readers[INGOT_EVENTLOG]?.pointee.clear(self.device, $0) ?? -1, 0, 0)
        }
    }

    func read(_ id: String, query: String? = nil, call: TestCall? = nil) async -> Outcome {
        await perform(call ?? self.call()) { call in
            guard let reader = self.readers[id] else { return (-1, 0, 0) }
            let status =
                query.map { $0.withCString { reader.pointee.read(self.device, call, $0) } }
                ?? reader.pointee.read(self.device, call, nil)
            return (status, 0, 0)
        }
    }

    /// Opens the console; the number is its descriptor.
    func openConsole(_ call: TestCall? = nil) async -> Outcome {
        await perform(call ?? self.call()) {
            var descriptor: Int32 = -1
            let status = self.console.pointee.open(self.device, $0, &descriptor)
            return (status, descriptor, 0)
        }
    }

    func invoke(_ method: String, _ body: String = "", _ call: TestCall? = nil) async -> Outcome {
        await perform(call ?? self.call()) { call in
            let bytes = Array(body.utf8)
            return (method.withCString { self.vendor.pointee.invoke(self.device, call, $0, bytes, bytes.count) }, 0, 0)
        }
    }
}

extension DriverUnderTest.Outcome {
    /// The messages that change something: Chassis Control, Set System Boot Options.
    var changes: [[UInt8]] {
        record.wire.filter { !$0.received && $0.bytes.count >= 2 && $0.bytes[0] == 0x00 }.map(\.bytes)
            .filter { [0x02, 0x08].contains($0[1]) && $0.prefix(3) != [0x00, 0x08, 0x03] }
    }

    /// The text emitted last under a key.
    func text(_ key: String) -> String? {
        record.emitted.last { $0.key == key }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }
}

extension Int32 {
    static let powerOff = Int32(INGOT_POWER_OFF)
    static let powerOn = Int32(INGOT_POWER_ON)
    static let doOn = Int32(INGOT_DO_ON)
    static let doOff = Int32(INGOT_DO_OFF)
    static let doSoftOff = Int32(INGOT_DO_SOFT_OFF)
    static let doCycle = Int32(INGOT_DO_CYCLE)
    static let doReset = Int32(INGOT_DO_RESET)
    static let doNMI = Int32(INGOT_DO_NMI)
}
