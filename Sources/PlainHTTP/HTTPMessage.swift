// SPDX-License-Identifier: Apache-2.0
public import NIOHTTP1

/// A request.
public struct HTTPRequest: Sendable {
    /// What is sent after the head.
    public enum Body: Sendable {
        /// Nothing.
        case none
        /// These bytes.
        case bytes([UInt8])
        /// A file, without loading it into memory.
        case file(path: String)
    }

    /// Method.
    public var method: HTTPMethod
    /// An `http://` URL.
    public var url: String
    /// Header fields; host, connection and length are added.
    public var headers: [(String, String)]
    /// Body.
    public var body: Body

    /// Makes a request.
    public init(_ method: HTTPMethod, _ url: String, headers: [(String, String)] = [], body: Body = .none) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// An answer with its whole body.
public struct HTTPResponse: Sendable {
    /// Status code.
    public var status: Int
    /// Header fields.
    public var headers: HTTPHeaders
    /// Body.
    public var body: [UInt8]

    /// The body as text; what is not UTF-8 is replaced.
    public var text: String { String(decoding: body, as: UTF8.self) }
}
