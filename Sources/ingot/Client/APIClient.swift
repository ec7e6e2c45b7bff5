// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation
import NIOHTTP1
import PlainHTTP

/// Speaks the server's REST interface.
struct APIClient: Sendable {
    /// Scheme, host and port of the server, for messages.
    let server: String
    private let base: String
    private let token: String?

    /// Prepares a client; connects to nothing.
    ///
    /// - Throws: `CommandError` with `.usage` when `server` is not a plain http URL.
    init(server: String, token: String?) throws {
        guard !server.hasPrefix("https://") else {
            throw CommandError(
                .usage, "the server is reached by plain http; use a tunnel such as ssh -L for one on another host",
                field: "--server")
        }
        guard let target = HTTPTarget(server), !target.path.contains("?") else {
            throw CommandError(.usage, "\"\(server)\" is not like http://HOST:PORT", field: "--server")
        }
        self.server = server
        self.token = token
        base = "http://" + target.hostHeader + (target.path.hasSuffix("/") ? target.path : target.path + "/")
    }

    /// Sends a request and returns the body of the answer, `.null` when it has none.
    ///
    /// - Parameter timeout: seconds without any byte before giving up.
    /// - Throws: `CommandError`, with the exit code that fits the failure.
    func send(
        _ method: HTTPMethod, _ path: [String], query: [(String, String)] = [], body: JSONValue? = nil,
        timeout: Double = 60
    ) async throws -> JSONValue {
        var headers = headers
        var content = HTTPRequest.Body.none
        if let body {
            content = .bytes(Array(body.rendered(indented: false).utf8))
            headers.append(("Content-Type", "application/json"))
        }
        return try await answer(
            to: HTTPRequest(method, url(path, query: query), headers: headers, body: content), timeout: timeout)
    }

    /// Sends a file as the body, streamed from the disk. The server may take ten minutes to check what it got.
    func upload(
        _ method: HTTPMethod, _ path: [String], query: [(String, String)], file: String
    ) async throws -> JSONValue {
        let headers = headers + [("Content-Type", "application/octet-stream")]
        return try await answer(
            to: HTTPRequest(method, url(path, query: query), headers: headers, body: .file(path: file)), timeout: 600)
    }

    /// The URL of a path under `/v1`; every segment and query value is percent-encoded.
    func url(_ path: [String], query: [(String, String)]) -> String {
        let parameters = query.map { Self.encoded($0.0) + "=" + Self.encoded($0.1) }.joined(separator: "&")
        return base + (["v1"] + path).map(Self.encoded).joined(separator: "/")
            + (parameters.isEmpty ? "" : "?" + parameters)
    }

    private var headers: [(String, String)] {
        let common = [("Accept", "application/json"), ("User-Agent", "ingot/\(Version.current)")]
        return common + (token.map { [("Authorization", "Bearer \($0)")] } ?? [])
    }

    private func answer(to request: HTTPRequest, timeout: Double) async throws -> JSONValue {
        let response: HTTPResponse
        do {
            response = try await HTTPClient(idle: .seconds(timeout)).send(request)
        } catch let error as HTTPFailure {
            throw AnswerError.failure(error, server: server)
        }
        guard (200..<300).contains(response.status) else {
            throw AnswerError.status(response.status, body: response.body, server: server, hasToken: token != nil)
        }
        if response.body.isEmpty { return .null }
        guard let value = JSONValue(parsing: Data(response.body)) else {
            throw CommandError(
                .badAnswer,
                "\(server) answered \(response.status) with something that is not JSON: "
                    + AnswerError.excerpt(response.body))
        }
        return value
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}
