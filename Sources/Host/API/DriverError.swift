// SPDX-License-Identifier: Apache-2.0

/// A call into a plugin that failed, or that the host refused to make.
public struct DriverError: Error, Sendable, Equatable, CustomStringConvertible {
    public var status: DriverStatus
    /// One line for a person; holds no secrets.
    public var message: String
    /// Facts for a program, as JSON, such as `{"field":"$.port"}`.
    public var detailJSON: String?
    /// Repeating the identical call may work.
    public var retryable: Bool
    /// The request may have reached the device: read its state before repeating anything.
    public var maybeApplied: Bool
    /// The device's session is gone; the host opens a new one for the next call.
    public var sessionLost: Bool
    /// When it makes sense to try again.
    public var retryAfter: Duration?
    /// The device's own code (IPMI completion code, HTTP status, errno); 0 when there is none.
    public var vendorCode: Int32
    /// The drivers of a machine that were tried, in order; empty for a call on one device.
    public var attempts: [DriverAttempt]

    public init(
        status: DriverStatus, message: String, detailJSON: String? = nil, retryable: Bool = false,
        maybeApplied: Bool = false, sessionLost: Bool = false, retryAfter: Duration? = nil, vendorCode: Int32 = 0,
        attempts: [DriverAttempt] = []
    ) {
        self.status = status
        self.message = message
        self.detailJSON = detailJSON
        self.retryable = retryable
        self.maybeApplied = maybeApplied
        self.sessionLost = sessionLost
        self.retryAfter = retryAfter
        self.vendorCode = vendorCode
        self.attempts = attempts
    }

    public var description: String {
        "\(status.name): \(message)" + (maybeApplied ? " (the request may have been applied)" : "")
    }
}
