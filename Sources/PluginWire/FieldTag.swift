// SPDX-License-Identifier: Apache-2.0

/// Names one field of a frame's body. Readers skip tags they do not know.
public struct FieldTag: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    // A call, host to worker.

    /// `WireFunction`, 4 bytes.
    public static let function = FieldTag(rawValue: 1)
    /// The host's number of a device, 8 bytes.
    public static let device = FieldTag(rawValue: 2)
    /// CLOCK_MONOTONIC in nanoseconds, 8 bytes.
    public static let deadline = FieldTag(rawValue: 3)
    /// Text that names one intent over its retries.
    public static let operation = FieldTag(rawValue: 4)
    /// JSON or text the function takes; may continue over frames.
    public static let argument = FieldTag(rawValue: 5)
    /// Power action or boot target, 4 bytes.
    public static let value = FieldTag(rawValue: 6)
    /// Boot flags, 4 bytes.
    public static let flags = FieldTag(rawValue: 7)
    /// Name of a secret; its value follows at once.
    public static let secretName = FieldTag(rawValue: 8)
    /// Bytes of the secret named just before.
    public static let secretValue = FieldTag(rawValue: 9)

    /// Name of a vendor's method.
    public static let method = FieldTag(rawValue: 10)

    // An outcome, worker to host.

    /// Status code of the ABI, 4 bytes.
    public static let status = FieldTag(rawValue: 16)
    /// First out-integer, 4 bytes.
    public static let firstOut = FieldTag(rawValue: 17)
    /// Second out-integer, 4 bytes.
    public static let secondOut = FieldTag(rawValue: 18)
    /// Flags of the plugin's error, 4 bytes.
    public static let errorFlags = FieldTag(rawValue: 19)
    /// The device's own code, 4 bytes.
    public static let vendorCode = FieldTag(rawValue: 20)
    /// Milliseconds, 4 bytes.
    public static let retryAfter = FieldTag(rawValue: 21)
    /// One line of text.
    public static let message = FieldTag(rawValue: 22)
    /// JSON with facts about an error or a log line.
    public static let detail = FieldTag(rawValue: 23)

    // On the way, worker to host.

    /// Key of an emitted result.
    public static let key = FieldTag(rawValue: 32)
    /// Bytes of an emitted result; may continue over frames.
    public static let data = FieldTag(rawValue: 33)
    /// Thousandths done, 4 bytes.
    public static let permille = FieldTag(rawValue: 34)
    /// Name of the step that is being done.
    public static let stage = FieldTag(rawValue: 35)
    /// Severity 0 debug to 4 error, 4 bytes.
    public static let level = FieldTag(rawValue: 36)
    /// 1 when bytes were received, 0 when they are about to be sent; 4 bytes.
    public static let received = FieldTag(rawValue: 37)
    /// Name of the protocol the bytes belong to.
    public static let wireProtocol = FieldTag(rawValue: 38)
    /// How many bytes, 8 bytes.
    public static let byteCount = FieldTag(rawValue: 39)
    /// `INGOT_WIRE_…`, 4 bytes.
    public static let wireFlags = FieldTag(rawValue: 40)
    /// CLOCK_MONOTONIC in nanoseconds, 8 bytes.
    public static let moment = FieldTag(rawValue: 41)

    // Acquaintance, both ways.

    /// Path of the shared object.
    public static let library = FieldTag(rawValue: 48)
    /// Id of the plugin.
    public static let plugin = FieldTag(rawValue: 49)
    public static let name = FieldTag(rawValue: 50)
    public static let vendor = FieldTag(rawValue: 51)
    public static let version = FieldTag(rawValue: 52)
    public static let license = FieldTag(rawValue: 53)
    /// JSON Schema of a device's configuration.
    public static let configSchema = FieldTag(rawValue: 54)
    /// Id of an interface; once per interface.
    public static let interface = FieldTag(rawValue: 55)
    /// `INGOT_DRIVER_…`, 4 bytes.
    public static let driverFlags = FieldTag(rawValue: 56)
    /// Bit 1 << action, 4 bytes.
    public static let powerActions = FieldTag(rawValue: 57)
    /// Bit 1 << target, 4 bytes.
    public static let bootTargets = FieldTag(rawValue: 58)
    /// `INGOT_MINOR` of the plugin, 4 bytes.
    public static let minor = FieldTag(rawValue: 59)
    /// Least severity the host wants to hear, 4 bytes.
    public static let logLevel = FieldTag(rawValue: 60)
    /// `INGOT_CONSOLE_…`, 4 bytes.
    public static let consoleFlags = FieldTag(rawValue: 61)
    /// Bit 1 << subject, 4 bytes.
    public static let sweepSubjects = FieldTag(rawValue: 62)
    /// 1 when the host wants every byte on the wire, 4 bytes.
    public static let tracing = FieldTag(rawValue: 63)
}
