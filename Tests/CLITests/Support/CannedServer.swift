// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// A TCP server that gives prepared bytes to each request and keeps what it was sent.
final class CannedServer: Sendable {
    /// What happens on one connection after a whole request has come.
    enum Answer: Sendable {
        /// Send these bytes and close.
        case bytes(String)
        /// Close without a word.
        case hangUp
        /// Never answer.
        case silence
    }

    private let channel: any Channel
    private let state: State

    /// Answers and requests, shared with the connections.
    final class State: Sendable {
        let requests = Mutex<[String]>([])
        let answers: Mutex<[Answer]>

        init(_ answers: [Answer]) {
            self.answers = Mutex(answers)
        }

        /// Notes a request and takes the next answer; the last one is given again and again.
        func next(_ request: String) -> Answer {
            requests.withLock { $0.append(request) }
            return answers.withLock { answers in
                answers.count > 1 ? answers.removeFirst() : answers.first ?? .hangUp
            }
        }
    }

    init(_ answers: [Answer]) async throws {
        let state = State(answers)
        self.state = state
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(CannedHandler(state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// `http://127.0.0.1:PORT`.
    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    /// The requests so far, with their bodies.
    var requests: [String] { state.requests.withLock { $0 } }

    /// Stops listening.
    func stop() async {
        try? await channel.close()
    }

    /// An HTTP answer with a JSON body.
    static func json(_ body: String, status: Int = 200) -> Answer {
        .bytes(
            "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
                + "Connection: close\r\n\r\n\(body)")
    }
}

/// Reads one request: a head and as many bytes of body as it announces.
private final class CannedHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let state: CannedServer.State
    private var received: [UInt8] = []
    private var expected: Int?

    init(_ state: CannedServer.State) {
        self.state = state
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        if expected == nil { expected = Self.length(received) }
        guard let expected, received.count >= expected else { return }
        self.expected = .max
        switch state.next(String(decoding: received, as: UTF8.self)) {
        case .silence: break
        case .hangUp: context.close(promise: nil)
        case .bytes(let text):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            context.close(promise: nil)
        }
    }

    private static func length(_ bytes: [UInt8]) -> Int? {
        let end = Array("\r\n\r\n".utf8)
        guard bytes.count >= 4 else { return nil }
        guard let start = (0...bytes.count - 4).first(where: { Array(bytes[$0..<$0 + 4]) == end }) else { return nil }
        let head = String(decoding: bytes[..<start], as: UTF8.self).lowercased()
        let line = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        let body = line.flatMap { Int($0.dropFirst("content-length:".count).drop { $0 == " " }) } ?? 0
        return start + 4 + body
    }
}
