// SPDX-License-Identifier: Apache-2.0

/// Why a TFTP packet could not be read: the field and what is wrong with it.
public struct TFTPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A part of a packet (RFC 1350 section 5, RFC 2347).
    public enum Field: String, Hashable, Sendable {
        /// The operation code.
        case opcode
        /// The file name of a request.
        case filename
        /// The mode of a request.
        case mode
        /// The name of an option.
        case optionName = "option name"
        /// The value of an option.
        case optionValue = "option value"
        /// The block number.
        case block
        /// The data of a block.
        case data
        /// The error code.
        case errorCode = "error code"
        /// The error text.
        case errorMessage = "error message"
    }

    /// What is wrong.
    public enum Problem: Hashable, Sendable {
        /// The packet ends before the field does.
        case truncated
        /// The field is longer than allowed.
        case tooLong
        /// The value is not allowed.
        case invalid(String)
    }

    /// The field at fault.
    public var field: Field
    /// What is wrong with it.
    public var problem: Problem

    /// Describes an error.
    public init(field: Field, problem: Problem) {
        self.field = field
        self.problem = problem
    }

    /// One line that names the field and the problem.
    public var description: String {
        switch problem {
        case .truncated: "TFTP \(field.rawValue): cut off"
        case .tooLong: "TFTP \(field.rawValue): too long"
        case .invalid(let reason): "TFTP \(field.rawValue): \(reason)"
        }
    }
}

/// The error codes of RFC 1350 and RFC 2347.
public enum TFTPErrorCode: UInt16, Hashable, Sendable {
    /// See the error message.
    case undefined = 0
    /// File not found.
    case fileNotFound = 1
    /// Access violation.
    case accessViolation = 2
    /// Disk full.
    case diskFull = 3
    /// Illegal TFTP operation.
    case illegalOperation = 4
    /// Unknown transfer ID.
    case unknownTransfer = 5
    /// File already exists.
    case fileExists = 6
    /// No such user.
    case noSuchUser = 7
    /// The options were refused.
    case optionsRefused = 8
}
