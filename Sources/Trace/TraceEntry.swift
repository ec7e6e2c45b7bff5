// SPDX-License-Identifier: Apache-2.0

/// One line of a trace: a call begins, a message goes to the device or comes from it, or a call ends.
public struct TraceEntry: Sendable, Equatable, Codable {
    /// Seconds since the recording began.
    public var time: Double
    /// The call it belongs to.
    public var call: UInt64
    /// The function, such as `power.get`, when a call begins.
    public var function: String?
    /// What the function was given.
    public var argument: Blob?
    public var method: String?
    public var value: Int32?
    public var flags: UInt32?
    /// The protocol of a message to the device.
    public var to: String?
    /// The protocol of a message from the device.
    public var from: String?
    public var data: Blob?
    /// How the call ended: `ok`, or the name of a status.
    public var status: String?
    public var message: String?
    public var detail: String?
    public var vendorCode: Int32?
    /// What an error says beside its status: `retryable`, `maybe_applied`, `session_lost`.
    public var marks: [String]?
    /// The two out-integers.
    public var out: [Int64]?
    public var emitted: [Emitted]?

    public struct Emitted: Sendable, Equatable, Codable {
        public var key: String
        public var data: Blob

        public init(key: String, data: Blob) {
            self.key = key
            self.data = data
        }
    }

    private enum CodingKeys: String, CodingKey {
        case call, argument, method, value, flags, to, from, data, status, message, detail, marks, out, emitted
        case time = "t"
        case function = "do"
        case vendorCode = "vendor_code"
    }

    public init(time: Double, call: UInt64) {
        self.time = time
        self.call = call
    }
}
