// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import NIOPosix

/// A small HTTP/1.1 client that sends from a given local address: one connection per request, no redirects.
struct HTTPClient: Sendable {
    /// The machine's address, from which connections are made.
    let local: String

    /// A request.
    struct Request: Sendable {
        var method = HTTPMethod.GET
        var url: String
        var headers: [(String, String)] = []
        var body: [UInt8] = []
    }

    /// An answer with its body.
    struct Response: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: [UInt8]

        /// The body as text.
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// An `http://HOST[:PORT]/PATH` URL.
    struct Target: Equatable {
        var host: String
        var port: Int
        var path: String

        /// Reads a URL; nil when it is no plain http URL.
        init?(_ url: String) {
            guard url.hasPrefix("http://") else { return nil }
            let rest = url.dropFirst("http://".count)
            let authority = rest.prefix { $0 != "/" && $0 != "?" }
            let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
            guard let host = parts.first, !host.isEmpty, parts.count <= 2, !authority.contains("@") else { return nil }
            self.host = String(host)
            port = 80
            if parts.count == 2 {
                guard let number = Int(parts[1]), (1...65_535).contains(number) else { return nil }
                port = number
            }
            let path = rest.dropFirst(authority.count)
            self.path = path.hasPrefix("/") ? String(path) : "/" + path
            guard self.path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        }
    }

    /// Sends a request and collects the answer.
    ///
    /// - Parameter limit: most bytes of body taken.
    /// - Throws: `SimulatorError.network` when there is no whole answer.
    func send(_ request: Request, limit: Int = 64 << 20) async throws -> Response {
        var body: [UInt8] = []
        let (status, headers) = try await stream(request) { _, chunk in
            body += chunk.readableBytesView
            guard body.count <= limit else {
                throw SimulatorError.network("\(request.url): the answer has more than \(limit) bytes")
            }
        }
        return Response(status: status, headers: headers, body: body)
    }

    /// Sends a request and hands over the body of the answer piece by piece, each with the answer's status.
    func stream(
        _ request: Request, idle: Duration = .seconds(30), onBody: (Int, ByteBuffer) async throws -> Void
    ) async throws -> (status: Int, headers: HTTPHeaders) {
        guard let target = Target(request.url) else {
            throw SimulatorError.network("\(request.url) is not a plain http URL")
        }
        do {
            let channel = try await connect(to: target, idle: idle)
            return try await channel.executeThenClose { inbound, outbound in
                try await write(request, target: target, to: outbound)
                var head: HTTPResponseHead?
                for try await part in inbound {
                    switch part {
                    case .head(let received): if received.status.code >= 200 { head = received }
                    case .body(let chunk): try await onBody(Int(head?.status.code ?? 0), chunk)
                    case .end:
                        guard let head else { break }
                        return (Int(head.status.code), head.headers)
                    }
                }
                try Task.checkCancellation()
                throw SimulatorError.network("\(request.url): the connection ended within the answer")
            }
        } catch let error as SimulatorError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw SimulatorError.network("\(request.url): \(error)")
        }
    }

    private func write(
        _ request: Request, target: Target, to outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws {
        var headers = HTTPHeaders(request.headers)
        headers.replaceOrAdd(name: "Host", value: target.port == 80 ? target.host : "\(target.host):\(target.port)")
        headers.replaceOrAdd(name: "Connection", value: "close")
        if request.method == .POST || !request.body.isEmpty {
            headers.replaceOrAdd(name: "Content-Length", value: String(request.body.count))
        }
        let head = HTTPRequestHead(version: .http1_1, method: request.method, uri: target.path, headers: headers)
        try await outbound.write(.head(head))
        if !request.body.isEmpty { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: request.body)))) }
        try await outbound.write(.end(nil))
    }

    private func connect(
        to target: Target, idle: Duration
    ) async throws -> NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart> {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(to: SocketAddress(ipAddress: local, port: 0))
            .connectTimeout(.seconds(5))
            .connect(host: target.host, port: target.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(readTimeout: TimeAmount(idle)))
                    try pipeline.addHandler(IdleCloser())
                    try pipeline.addHTTPClientHandlers()
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
    }
}

/// Ends a connection on which nothing arrives any more.
private final class IdleCloser: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.fireErrorCaught(SimulatorError.network("nothing arrived for too long"))
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
