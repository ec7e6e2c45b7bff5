// SPDX-License-Identifier: Apache-2.0
public import Host

/// Why an order was not accepted. The API maps each code to one HTTP status, the CLI to one exit code.
public struct ControlError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of refusal.
    public enum Code: String, Sendable {
        /// A member of the request is missing or wrong; `field` names it.
        case invalid
        /// The named thing does not exist.
        case notFound = "not_found"
        /// The thing exists already, is in use, or is in a state that forbids the order.
        case conflict
        /// The machine is on hold.
        case held
        /// The driver or its BMC refused or failed; `field` carries the driver's status.
        case driver
        /// The machine cannot do it, as its drivers have found out; nothing was asked of the device.
        case unsupported
        /// The data directory takes no more bytes.
        case storageFull = "storage_full"
    }

    /// The kind of refusal.
    public let code: Code
    /// One line for a person, naming the thing.
    public let message: String
    /// The member of the request that is at fault, in JSON path form.
    public let field: String?
    /// What each of the machine's drivers says to it, when they were looked at.
    public let attempts: [DriverAttempt]

    /// An error with its parts.
    public init(_ code: Code, _ message: String, field: String? = nil, attempts: [DriverAttempt] = []) {
        self.code = code
        self.message = message
        self.field = field
        self.attempts = attempts
    }

    /// The message, with the field when there is one.
    public var description: String { field.map { "\(message) (\($0))" } ?? message }
}
