// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import PlainHTTP

/// HTTP from a machine's own address; all failures are `SimulatorError.network`.
struct MachineClient: Sendable {
    private let client: HTTPClient

    /// - Parameter local: the machine's address.
    init(local: String) {
        client = HTTPClient(local: local)
    }

    /// Sends a request and collects the answer.
    func send(_ request: HTTPRequest, limit: Int = 64 << 20) async throws -> HTTPResponse {
        try await mapped(request) { try await client.send(request, limit: limit) }
    }

    /// Sends a request and hands over the body of the answer piece by piece, each with the answer's status.
    func stream(
        _ request: HTTPRequest, onBody: (Int, ByteBuffer) async throws -> Void
    ) async throws -> (status: Int, headers: HTTPHeaders) {
        try await mapped(request) { try await client.stream(request, onBody: onBody) }
    }

    private func mapped<Value>(_ request: HTTPRequest, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as HTTPFailure {
            throw SimulatorError.network(error.reason)
        }
    }
}
