// SPDX-License-Identifier: Apache-2.0

/// Why a plugin function failed, in the terms of `ingot_error`.
///
/// The message is one line for people and holds no secret; `detail` is for programs, its member `field` names the
/// argument or configuration member at fault.
public struct PluginError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure; the numbers are those of `ingot_status`.
    public enum Status: Int32, Sendable, CaseIterable {
        case unsupported = 1
        case invalid = 2
        case auth = 3
        case forbidden = 4
        case unreachable = 5
        case timeout = 6
        case cancelled = 7
        case busy = 8
        case `protocol` = 9
        case state = 10
        case `internal` = 11
    }

    /// What kind of failure it is.
    public var status: Status
    /// One line for people, without secrets.
    public var message: String
    /// Members of `detail_json`, all strings.
    public var detail: [String: String]
    /// Repeating the identical call may work.
    public var retryable: Bool
    /// The request left and no answer came: the caller must read the state before repeating.
    public var maybeApplied: Bool
    /// The device has to be opened again first.
    public var sessionLost: Bool
    /// When a repetition makes sense, if the plugin knows.
    public var retryAfter: Duration?
    /// IPMI completion code, HTTP status or errno.
    public var vendorCode: Int32

    /// Makes an error; everything but the kind and the message is optional.
    public init(
        _ status: Status, _ message: String, detail: [String: String] = [:], retryable: Bool = false,
        maybeApplied: Bool = false, sessionLost: Bool = false, retryAfter: Duration? = nil, vendorCode: Int32 = 0
    ) {
        self.status = status
        self.message = message
        self.detail = detail
        self.retryable = retryable
        self.maybeApplied = maybeApplied
        self.sessionLost = sessionLost
        self.retryAfter = retryAfter
        self.vendorCode = vendorCode
    }

    /// An argument or configuration member that cannot be used; the message starts with the field's name.
    public static func invalid(field: String, _ reason: String) -> PluginError {
        PluginError(.invalid, "\(field): \(reason)", detail: ["field": field])
    }

    /// The field an `invalid` error names, if it names one.
    public var field: String? { detail["field"] }

    public var description: String { "\(status): \(message)" }
}
