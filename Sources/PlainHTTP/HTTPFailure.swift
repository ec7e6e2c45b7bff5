// SPDX-License-Identifier: Apache-2.0

/// Why there is no whole answer to a request.
public struct HTTPFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Kinds of failure.
    public enum Kind: Sendable {
        /// The URL is not a plain http URL.
        case url
        /// The host's name has no address.
        case host
        /// No connection.
        case connect
        /// The connection ended too early.
        case closed
        /// Nothing was transferred for too long.
        case timeout
        /// The other end does not speak HTTP, or sends more than is allowed.
        case answer
        /// The file to be sent cannot be read.
        case file
    }

    /// The kind.
    public var kind: Kind
    /// What happened.
    public var reason: String

    /// Describes a failure.
    public init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    /// What happened.
    public var description: String { reason }
}
