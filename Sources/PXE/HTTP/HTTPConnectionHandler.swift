// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Serves the requests of one connection, one after the other, each within its time.
final class HTTPConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// The largest request body, in octets.
    static let maximumBody = 1 << 20
    /// Sent at once; the next part follows when this one is in the socket.
    static let chunk: Int64 = 2 << 20

    /// How long a client may take.
    struct Timeouts: Sendable {
        /// For the whole of a request's head, idle time between requests included.
        var head: TimeAmount = .seconds(60)
        /// For a request's body.
        var body: TimeAmount = .seconds(60)
        /// To take one chunk of the answer.
        var chunk: TimeAmount = .seconds(60)
    }

    /// Fired into the pipeline when the server stops.
    struct Drain: Sendable {}

    /// What all connections of a server share.
    struct Shared: Sendable {
        var responder: BootResponder
        var agent: PXEServer.AgentHandler
        var onEvent: PXEServer.EventHandler
        var timeouts = Timeouts()
    }

    enum State {
        case idle
        case receiving(HTTPRequestHead, [UInt8])
        case answering(HTTPRequestHead)
        /// The answer went out before the request's end; the rest of the request is thrown away.
        case discarding
    }

    let shared: Shared
    let remote: IPv4Address
    private var state = State.idle
    private var isDraining = false
    private var isClosed = false
    private var deadline: Scheduled<Void>?
    private var task: Task<Void, Never>?
    /// The file being sent; closed with the answer or the connection.
    var openFile: NIOFileHandle?

    init(shared: Shared, remote: IPv4Address) {
        self.shared = shared
        self.remote = remote
    }

    // MARK: - Requests

    func channelActive(context: ChannelHandlerContext) {
        arm(shared.timeouts.head, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        deadline?.cancel()
        task?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .idle):
            begin(head, context)
        case (.body(let part), .receiving(let head, var body)):
            guard body.count + part.readableBytes <= Self.maximumBody else {
                refuseEarly(413, "the request body is larger than \(Self.maximumBody) octets", head, context)
                return
            }
            state = .discarding
            body += part.readableBytesView
            state = .receiving(head, body)
        case (.end, .receiving(let head, let body)):
            deadline?.cancel()
            state = .answering(head)
            dispatch(head, body, context)
        default:
            break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is Drain {
            isDraining = true
            if case .idle = state { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        state = .receiving(head, [])
        arm(shared.timeouts.body, context)
        if let length = head.headers.first(name: "content-length"),
            Decimal.parse(length.utf8, maximum: Int64(Self.maximumBody)) == nil
        {
            refuseEarly(413, "the request body is larger than \(Self.maximumBody) octets", head, context)
            return
        }
        if head.version == .http1_1, head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
        }
    }

    private func refuseEarly(
        _ status: Int, _ reason: String, _ head: HTTPRequestHead, _ context: ChannelHandlerContext
    ) {
        isDraining = true
        state = .answering(head)
        send(.refusal(status, reason), to: head, shared.responder.table.client(at: remote), context)
    }

    private func dispatch(_ head: HTTPRequestHead, _ body: [UInt8], _ context: ChannelHandlerContext) {
        switch shared.responder.respond(method: head.method.rawValue, uri: head.uri, remote: remote) {
        case .reply(let reply, let client):
            send(reply, to: head, client, context)
        case .agent(let target, let client):
            let request = AgentRequest(
                method: head.method.rawValue, path: target.path, query: target.query,
                headers: head.headers.map { (name: $0.name, value: $0.value) }, body: body, remote: remote,
                client: client)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let loop = context.eventLoop
            let agent = shared.agent
            task = Task {
                let response = await agent(request)
                loop.execute {
                    let (handler, context) = bound.value
                    handler.task = nil
                    handler.send(HTTPReply(response, path: target.path), to: head, client, context)
                }
            }
        }
    }

    // MARK: - Answers

    /// Ends an answer and gets ready for the next request.
    func finish(keepAlive: Bool, _ context: ChannelHandlerContext) {
        try? openFile?.close()
        openFile = nil
        guard !isClosed else { return }
        deadline?.cancel()
        if keepAlive && !isDraining {
            state = .idle
            arm(shared.timeouts.head, context)
        } else {
            state = .discarding
            context.close(promise: nil)
        }
    }

    /// True when the connection can take more requests after the one being answered.
    func keepsAlive(_ head: HTTPRequestHead) -> Bool { head.isKeepAlive && !isDraining }

    /// True when nothing can be sent any more.
    var isGone: Bool { isClosed }

    /// Closes the connection unless the next step comes in time.
    func arm(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: time) { bound.value.close(promise: nil) }
    }
}
