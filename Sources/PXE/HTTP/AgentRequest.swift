// SPDX-License-Identifier: Apache-2.0

/// A request under `/agent/` or `/hello/`, handed to the caller's closure.
public struct AgentRequest: Sendable {
    /// `GET`, `HEAD` or `POST`.
    public var method: String
    /// The path without the query, for example `/agent/v1/begin`; percent escapes are decoded.
    public var path: String
    /// The query without its question mark, not decoded; empty when there is none.
    public var query: String
    /// Header fields in order, names as sent.
    public var headers: [(name: String, value: String)]
    /// The body, at most 1 MiB.
    public var body: [UInt8]
    /// The sender's address.
    public var remote: IPv4Address
    /// The machine for which that address is reserved; always there for `/agent/`, maybe nil for `/hello/`.
    public var client: EnrolledClient?

    /// The first header field with this name, whatever its case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// The token of `Authorization: Bearer TOKEN`; nil when there is none.
    public var bearerToken: String? {
        guard let value = header("authorization"), value.utf8.count > 7,
            value.prefix(7).lowercased() == "bearer "
        else { return nil }
        let token = value.dropFirst(7).drop { $0 == " " }
        return token.isEmpty ? nil : String(token)
    }
}

/// The answer to an agent's request.
public struct AgentResponse: Sendable {
    /// What is sent after the head.
    public enum Body: Sendable {
        /// Nothing.
        case none
        /// These octets.
        case bytes([UInt8])
        /// A file, sent without copying; the request's `Range` is applied by the server (206 and 416).
        case file(path: String)
    }

    /// The HTTP status; a file with status 200 becomes 206 when a range was asked for.
    public var status: Int
    /// More header fields; length, range, date and connection fields are made by the server.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: Body

    /// Makes an answer.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes an answer of plain text.
    public static func text(_ status: Int, _ text: String) -> AgentResponse {
        AgentResponse(
            status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: .bytes(Array(text.utf8)))
    }
}
