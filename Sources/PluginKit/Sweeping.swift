// SPDX-License-Identifier: Apache-2.0

/// What a sweep reads; the numbers are those of `INGOT_SWEEP_*`.
public enum SweepSubject: Int32, Sendable, CaseIterable {
    /// The value is a `PowerState`.
    case power = 1
    /// The value is a `Health`.
    case health = 2
}

/// The health of a machine; the numbers are those of `INGOT_HEALTH_*`.
public enum Health: Int32, Sendable, CaseIterable {
    case unknown = 0
    case ok = 1
    case warning = 2
    case critical = 3
}

/// What a sweep found out about one device.
public struct SweepResult: Sendable, Equatable {
    /// Of the device in the array the sweep was given.
    public var index: Int
    /// nil with a value; otherwise why there is none.
    public var failure: PluginError.Status?
    public var value: Int32
    public var vendorCode: Int32

    public init(index: Int, value: Int32) {
        self.index = index
        self.value = value
        vendorCode = 0
    }

    public init(index: Int, failure: PluginError.Status, vendorCode: Int32 = 0) {
        self.index = index
        self.failure = failure
        value = 0
        self.vendorCode = vendorCode
    }
}

/// A driver that reads one thing from thousands of devices in one call (`ingot.sweep/1`).
public protocol Sweeping: Driver {
    /// The subjects it can sweep.
    static var sweepSubjects: [SweepSubject] { get }

    /// Reads the subject from every device and hands results over with `call.emit(_:)`, each device once, soon after its
    /// answer is there. The secret of device 17 is named `17.password`.
    func sweep(_ devices: [Device], _ subject: SweepSubject, _ call: borrowing Call) throws(PluginError)
}

extension Call {
    /// Hands results of a sweep to the host.
    public func emit(_ results: [SweepResult]) throws(PluginError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(results.count * 16)
        for result in results {
            let words = [
                UInt32(truncatingIfNeeded: result.index), UInt32(bitPattern: result.failure?.rawValue ?? 0),
                UInt32(bitPattern: result.value), UInt32(bitPattern: result.vendorCode),
            ]
            for word in words {
                for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * UInt32(shift)))) }
            }
        }
        if !bytes.isEmpty { try emit("result", bytes) }
    }
}
