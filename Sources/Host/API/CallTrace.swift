// SPDX-License-Identifier: Apache-2.0

/// One thing that was seen between the host, a driver and its device, for a recorder. Known secrets are taken out.
public struct CallTrace: Sendable {
    public enum What: Sendable {
        /// A call begins.
        case call(function: String, argument: [UInt8], method: String, value: Int32, flags: UInt32)
        /// A message to the device (`received` false) or from it. `bytes` is nil when the driver called it sensitive.
        case wire(received: Bool, protocolName: String, bytes: [UInt8]?, count: Int)
        /// A call ended. `error` is nil when it ended well.
        case result(error: DriverError?, firstOut: Int32, secondOut: UInt32, emitted: [(key: String, data: [UInt8])])
    }

    /// The plugin's id.
    public var plugin: String
    /// The host's number of the device in this worker; 0 when the function concerns none.
    public var device: UInt64
    /// The number of the call; counts from 1 in each worker.
    public var call: UInt64
    /// CLOCK_MONOTONIC, nanoseconds.
    public var at: UInt64
    public var what: What
}
