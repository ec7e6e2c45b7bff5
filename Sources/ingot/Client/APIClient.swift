// SPDX-License-Identifier: Apache-2.0
import Foundation
import FoundationNetworking

/// Speaks the server's REST interface.
struct APIClient: Sendable {
    /// The methods the interface uses.
    enum Method: String {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// Scheme, host and port of the server, for messages.
    let server: String
    private let base: URLComponents
    private let token: String?
    private let session: URLSession

    /// Prepares a client; connects to nothing.
    ///
    /// - Throws: `CommandError` with `.usage` when `server` is not an http or https URL.
    init(server: String, token: String?) throws {
        guard let base = URLComponents(string: server), let scheme = base.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = base.host, !host.isEmpty,
            base.user == nil, base.password == nil, base.query == nil, base.fragment == nil
        else {
            throw CommandError(.usage, "--server must be like http://HOST:PORT, not \"\(server)\"")
        }
        self.server = server
        self.base = base
        self.token = token
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        session = URLSession(configuration: configuration, delegate: NoRedirects(), delegateQueue: nil)
    }

    /// Sends a request and returns the body of the answer, `.null` when it has none.
    ///
    /// - Parameter timeout: seconds without any byte before giving up.
    /// - Throws: `CommandError`, with the exit code that fits the failure.
    func send(
        _ method: Method, _ path: [String], query: [(String, String)] = [], body: JSONValue? = nil,
        timeout: Double = 60
    ) async throws -> JSONValue {
        var request = try makeRequest(method, path, query: query, timeout: timeout)
        if let body {
            request.httpBody = Data(body.rendered(indented: false).utf8)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let prepared = request
        return try await answer { try await session.data(for: prepared) }
    }

    /// Sends a file as the body, streamed from the disk.
    func upload(
        _ method: Method, _ path: [String], query: [(String, String)], file: URL, size: Int64
    ) async throws -> JSONValue {
        var request = try makeRequest(method, path, query: query, timeout: 3_600)
        request.setValue("application/octet-stream", forHTTPHeaderField: "Content-Type")
        request.setValue(String(size), forHTTPHeaderField: "Content-Length")
        let prepared = request
        return try await answer { try await session.upload(for: prepared, fromFile: file) }
    }

    /// Builds the request: every path segment and query value is percent-encoded.
    func makeRequest(
        _ method: Method, _ path: [String], query: [(String, String)], timeout: Double
    ) throws -> URLRequest {
        var components = base
        let prefix = base.percentEncodedPath.hasSuffix("/") ? base.percentEncodedPath : base.percentEncodedPath + "/"
        components.percentEncodedPath = prefix + (["v1"] + path).map(Self.encoded).joined(separator: "/")
        if !query.isEmpty {
            components.percentEncodedQuery =
                query.map { Self.encoded($0.0) + "=" + Self.encoded($0.1) }.joined(separator: "&")
        }
        guard let url = components.url else {
            throw CommandError(.usage, "cannot make a URL from \(server) and \(path.joined(separator: "/"))")
        }
        var request = URLRequest(url: url, timeoutInterval: timeout)
        request.httpMethod = method.rawValue
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        request.setValue("ingot/\(Version.current)", forHTTPHeaderField: "User-Agent")
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        return request
    }

    private func answer(_ exchange: () async throws -> (Data, URLResponse)) async throws -> JSONValue {
        let data: Data
        let response: URLResponse
        do {
            (data, response) = try await exchange()
        } catch let error as URLError {
            throw AnswerError.transport(error, server: server)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw CommandError(.unreachable, "cannot reach \(server): \(error.localizedDescription)")
        }
        guard let http = response as? HTTPURLResponse else {
            throw CommandError(.badAnswer, "\(server) did not answer with HTTP")
        }
        guard (200..<300).contains(http.statusCode) else {
            throw AnswerError.status(http.statusCode, body: data, server: server, hasToken: token != nil)
        }
        if data.isEmpty { return .null }
        guard let value = JSONValue(parsing: data) else {
            throw CommandError(
                .badAnswer, "\(server) answered \(http.statusCode) with something that is not JSON: "
                    + AnswerError.excerpt(data))
        }
        return value
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}

/// Refuses redirects, so that the token goes to no other server.
private final class NoRedirects: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
