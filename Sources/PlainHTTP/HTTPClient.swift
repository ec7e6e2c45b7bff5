// SPDX-License-Identifier: Apache-2.0
public import NIOCore
public import NIOHTTP1
import NIOPosix

/// A small HTTP/1.1 client: one connection per request, no redirects, no proxies, no encryption.
public struct HTTPClient: Sendable {
    /// The local address to connect from; nil for any.
    public var local: String?
    /// How long nothing may be transferred.
    public var idle: Duration

    /// Makes a client; connects to nothing.
    public init(local: String? = nil, idle: Duration = .seconds(30)) {
        self.local = local
        self.idle = idle
    }

    /// Sends a request and collects the answer.
    ///
    /// - Parameter limit: most bytes of body taken.
    /// - Throws: `HTTPFailure` when there is no whole answer; `CancellationError` when the task was cancelled.
    public func send(_ request: HTTPRequest, limit: Int = 64 << 20) async throws -> HTTPResponse {
        var body: [UInt8] = []
        let (status, headers) = try await stream(request) { _, chunk in
            body += chunk.readableBytesView
            guard body.count <= limit else { throw HTTPFailure(.answer, "the answer has more than \(limit) bytes") }
        }
        return HTTPResponse(status: status, headers: headers, body: body)
    }

    /// Sends a request and hands over the body of the answer piece by piece, each with the answer's status.
    ///
    /// - Throws: `HTTPFailure` when there is no whole answer; `CancellationError` when the task was cancelled; what
    ///   `onBody` throws.
    public func stream(
        _ request: HTTPRequest, onBody: (Int, ByteBuffer) async throws -> Void
    ) async throws -> (status: Int, headers: HTTPHeaders) {
        guard let target = HTTPTarget(request.url) else {
            throw HTTPFailure(.url, "\(request.url) is not a plain http URL")
        }
        let source = try BodySource(request.body)
        let channel = try await connect(to: target)
        do {
            return try await channel.executeThenClose { inbound, outbound in
                async let written: Void = source.write(request, target: target, to: outbound)
                var head: HTTPResponseHead?
                for try await part in inbound {
                    switch part {
                    case .head(let received): if received.status.code >= 200 { head = received }
                    case .body(let chunk): try await onBody(Int(head?.status.code ?? 0), chunk)
                    case .end:
                        if let head { return (Int(head.status.code), head.headers) }
                    }
                }
                try Task.checkCancellation()
                if head == nil { try await written }
                throw HTTPFailure(.closed, "the connection was closed before the whole answer had come")
            }
        } catch {
            throw Self.failure(error)
        }
    }

    private func connect(
        to target: HTTPTarget
    ) async throws -> NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart> {
        var bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(min(TimeAmount(idle), .seconds(10)))
        let idle = TimeAmount(idle)
        do {
            if let local { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: local, port: 0)) }
            return try await bootstrap.connect(host: target.host, port: target.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: idle))
                    try pipeline.addHandler(IdleCloser())
                    try pipeline.addHTTPClientHandlers()
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        } catch let error as NIOConnectionError where error.connectionErrors.isEmpty {
            throw HTTPFailure(.host, "\(target.host) has no address")
        } catch {
            try Task.checkCancellation()
            throw HTTPFailure(.connect, "cannot connect to \(target.hostHeader): \(Self.reason(error))")
        }
    }

    private static func failure(_ error: any Error) -> any Error {
        switch error {
        case is HTTPParserError: HTTPFailure(.answer, "the answer is not HTTP")
        case let error as IOError: HTTPFailure(.closed, "the connection broke: \(reason(ofSystem: error))")
        case let error as ChannelError: HTTPFailure(.closed, "the connection broke: \(error)")
        default: error
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? NIOConnectionError, let first = error.connectionErrors.first else {
            return "\(error)"
        }
        return reason(ofSystem: first.error)
    }

    /// The system's own words for an error number.
    private static func reason(ofSystem error: any Error) -> String {
        (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }
}

/// Ends a connection on which nothing is transferred any more.
private final class IdleCloser: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.fireErrorCaught(HTTPFailure(.timeout, "nothing was transferred for too long"))
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
