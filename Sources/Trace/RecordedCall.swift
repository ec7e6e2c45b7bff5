// SPDX-License-Identifier: Apache-2.0
private import Foundation
public import Host

/// A call of a trace with how it ended.
public struct RecordedCall: Sendable, Equatable {
    public var function: String
    public var argument: [UInt8]
    public var method: String
    public var value: Int32
    public var flags: UInt32
    /// `ok`, the name of a status, or `none` when the trace ends before the call does.
    public var status: String
    public var message: String
    public var out: [Int64]
    public var emitted: [TraceEntry.Emitted]

    /// A call that has not been made yet.
    public init(
        _ function: String, argument: [UInt8] = [], method: String = "", value: Int32 = 0, flags: UInt32 = 0
    ) {
        self.function = function
        self.argument = argument
        self.method = method
        self.value = value
        self.flags = flags
        status = "none"
        message = ""
        out = []
        emitted = []
    }

    /// The calls of a trace in the order they began.
    public static func all(in trace: TraceFile) -> [RecordedCall] {
        var order: [UInt64] = []
        var calls: [UInt64: RecordedCall] = [:]
        for entry in trace.entries {
            if let function = entry.function {
                order.append(entry.call)
                calls[entry.call] = RecordedCall(
                    function, argument: entry.argument?.content ?? [], method: entry.method ?? "",
                    value: entry.value ?? 0, flags: entry.flags ?? 0)
            } else if let status = entry.status {
                calls[entry.call]?.status = status
                calls[entry.call]?.message = entry.message ?? ""
                calls[entry.call]?.out = entry.out ?? []
                calls[entry.call]?.emitted = entry.emitted ?? []
            }
        }
        return order.compactMap { calls[$0] }
    }

    /// Whether it is one that a replay makes; opening and closing follow by themselves.
    public var isReplayed: Bool { !["driver.open", "driver.close", "console.open", "sweep.read"].contains(function) }

    /// Makes the call again. How it ends is seen by the device's tracer.
    public func perform(on device: Device, deadline: Duration) async throws {
        let text = String(decoding: argument, as: UTF8.self)
        switch function {
        case "driver.probe": _ = try await device.probe(deadline: deadline)
        case "power.get": _ = try await device.powerState(deadline: deadline)
        case "power.set":
            guard let action = PowerAction(rawValue: value) else { throw unknown }
            try await device.setPower(action, operation: "replay", deadline: deadline)
        case "boot.get": _ = try await device.bootSetting(deadline: deadline)
        case "boot.set":
            guard let target = BootTarget(rawValue: value) else { throw unknown }
            try await device.setBoot(
                BootSetting(
                    target: target, persistent: flags & 1 != 0,
                    mode: flags & 2 != 0 ? .uefi : flags & 4 != 0 ? .legacy : nil),
                operation: "replay", deadline: deadline)
        case "inventory.read": _ = try await device.inventory(deadline: deadline)
        case "sensors.read": _ = try await device.sensors(deadline: deadline)
        case "eventlog.read":
            let query = try? JSONSerialization.jsonObject(with: Data(argument)) as? [String: Any]
            _ = try await device.events(
                after: query?["after"] as? String, limit: query?["limit"] as? Int, deadline: deadline)
        case "eventlog.clear": try await device.clearEvents(operation: "replay", deadline: deadline)
        case "media.begin", "firmware.begin":
            _ = try await device.begin(job, requestJSON: text, operation: "replay", deadline: deadline)
        case "media.poll", "firmware.poll": _ = try await device.isDone(job, token: text, deadline: deadline)
        case "media.end", "firmware.end":
            try await device.end(job, token: text, operation: "replay", deadline: deadline)
        case "vendor.invoke":
            _ = try await device.invoke(method: method, body: argument, operation: "replay", deadline: deadline)
        default: throw unknown
        }
    }

    private var job: DeviceJob { function.hasPrefix("media") ? .media : .firmware }

    private var unknown: TraceError { TraceError(message: "\(function) with value \(value) cannot be replayed") }

    /// How the call reads in a report, such as `power.set 1`.
    public var title: String { value == 0 ? function : "\(function) \(value)" }
}
