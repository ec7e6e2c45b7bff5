// SPDX-License-Identifier: Apache-2.0

/// One header field of an HTTP message.
public struct HTTPField: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// An HTTP request as it was received, whole (RFC 9110).
public struct HTTPRequest: Sendable, Equatable {
    public var method: String
    /// As on the request line: path and query.
    public var target: String
    public var headers: [HTTPField]
    public var body: [UInt8]

    public init(_ method: String, _ target: String, headers: [HTTPField] = [], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The value of the first header field of that name, in whatever case it was written.
    public func header(_ name: String) -> String? { headers.value(name) }
}

/// An HTTP response, whole, or the head of an event stream.
public struct HTTPResponse: Sendable, Equatable {
    public var status: Int
    /// Without `Content-Length` and `Connection`, which the server adds.
    public var headers: [HTTPField]
    public var body: [UInt8]
    /// The event stream that this response opens; its body goes on after `body`.
    var stream: Int?
    /// A head without its body, as HEAD asks for.
    var isHeadOnly = false
    /// What becomes of the connection instead of this answer.
    var ending = Ending.answer

    /// How a response reaches, or does not reach, the client.
    enum Ending: Sendable, Equatable {
        case answer
        /// The connection is reset without an answer.
        case reset
        /// Nothing is sent and the connection stays open.
        case silence
    }

    public init(_ status: Int, headers: [HTTPField] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    init(_ status: Int, json: JSON, headers: [HTTPField] = []) {
        self.init(
            status, headers: [HTTPField("Content-Type", "application/json;charset=utf-8")] + headers, body: json.bytes)
    }

    /// The value of the first header field of that name, in whatever case it was written.
    public func header(_ name: String) -> String? { headers.value(name) }

    mutating func set(_ name: String, _ value: String) {
        headers.removeAll { $0.name.lowercased() == name.lowercased() }
        headers.append(HTTPField(name, value))
    }
}

extension [HTTPField] {
    fileprivate func value(_ name: String) -> String? {
        let name = name.lowercased()
        return first { $0.name.lowercased() == name }?.value
    }
}
