// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// One connection: collects requests, hands them to the server one at a time, and carries out the steps of each answer.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    /// Tells a connection to end as when the BMC goes away.
    struct Drop: Sendable {}

    /// Requests that may wait for the one before them.
    private static let pipelineLimit = 16
    /// The longest body outside the update service, in bytes.
    private static let bodyLimit = RedfishService.bodyLimit + 1

    private let server: RedfishServer
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLong = false
    private var waiting: [(request: HTTPRequest, keepsAlive: Bool)] = []
    private var isBusy = false
    /// Nothing is going to be answered any more.
    private var isSilent = false
    /// The client has ended its side.
    private var isInputClosed = false
    private var isStream = false
    private var served = 0

    init(_ server: RedfishServer) { self.server = server }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            isTooLong = false
            if head.headers["Expect"].contains(where: { $0.lowercased() == "100-continue" }) {
                write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), context)
            }
        case .body(let bytes):
            guard let head, !isTooLong else { return }
            let isImage = head.uri.hasPrefix("/redfish/v1/UpdateService/")
            let limit = isImage ? RedfishService.imageLimit + 65_536 : Self.bodyLimit
            isTooLong = body.count + bytes.readableBytes > limit
            if isTooLong { body = [] } else { body += bytes.readableBytesView }
        case .end:
            guard let head else { return }
            guard !isTooLong else { return refuse(413, context) }
            let request = HTTPRequest(
                head.method.rawValue, head.uri, headers: head.headers.map { HTTPField($0.name, $0.value) }, body: body)
            self.head = nil
            body = []
            waiting.append((request, head.isKeepAlive))
            guard waiting.count <= Self.pipelineLimit else { return end(context, reset: true) }
            next(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What is no HTTP gets an answer that says so, unless the connection itself broke.
        guard error is HTTPParserError || error is ByteToMessageDecoderError.PayloadTooLargeError else {
            return end(context, reset: false)
        }
        // The parser knows the methods that there are; RFC 9110 section 9.1 wants 501 for others.
        refuse(error as? HTTPParserError == .invalidMethod ? 501 : 400, context)
    }

    /// Answers what never became a request, and ends the connection.
    private func refuse(_ status: Int, _ context: ChannelHandlerContext) {
        guard !isBusy else { return end(context, reset: false) }
        isBusy = true
        let refusal = HTTPResponse.error(
            status, status == 501 ? Message(.methodNotAllowed) : Message(.unrecognizedRequestBody))
        run([.bytes(refusal.head(keepsAlive: false) + refusal.body), .close][...], context, keepsAlive: false)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is Drop { return end(context, reset: true) }
        if case IdleStateHandler.IdleStateEvent.read? = event as? IdleStateHandler.IdleStateEvent, !isBusy {
            return end(context, reset: false, politely: true)
        }
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            isInputClosed = true
            if !isBusy || isSilent { end(context, reset: false) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Answering

    private func next(_ context: ChannelHandlerContext) {
        guard !isBusy, !waiting.isEmpty else { return }
        let (request, keepsAlive) = waiting.removeFirst()
        isBusy = true
        served += 1
        if served > 1, server.behaviours.contains(.connectionClose) { return end(context, reset: true) }
        let (response, steps) = server.answer(request, keepsAlive: keepsAlive)
        if let stream = response.stream {
            isStream = true
            server.register(stream: stream, context.channel)
        }
        run(steps[...], context, keepsAlive: keepsAlive)
        server.pump()
    }

    private func run(_ steps: ArraySlice<DeliveryStep>, _ context: ChannelHandlerContext, keepsAlive: Bool) {
        var steps = steps
        while let step = steps.popFirst() {
            switch step {
            case .bytes(let bytes): write(bytes, context)
            case .wait(let time): return later(time, steps, context, keepsAlive)
            case .trickle(let bytes, let chunk, let every):
                write(Array(bytes.prefix(chunk)), context)
                guard bytes.count > chunk else { continue }
                steps = [.trickle(bytes.dropFirst(chunk), chunk: chunk, every: every)] + steps
                return later(every, steps, context, keepsAlive)
            case .halfClose:
                return context.channel.close(mode: .output, promise: nil)
            case .close: return end(context, reset: false)
            case .reset: return end(context, reset: true)
            case .silence:
                isSilent = true
                if isInputClosed { end(context, reset: false) }
                return
            }
        }
        if isStream { return }
        guard keepsAlive, !isInputClosed || !waiting.isEmpty else {
            return end(context, reset: false, politely: true)
        }
        isBusy = false
        next(context)
    }

    private func later(
        _ time: Duration, _ steps: ArraySlice<DeliveryStep>, _ context: ChannelHandlerContext, _ keepsAlive: Bool
    ) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let delay = TimeAmount.nanoseconds(
            time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000)
        context.eventLoop.scheduleTask(in: delay) {
            let (handler, context) = bound.value
            guard context.channel.isActive else { return }
            handler.run(steps, context, keepsAlive: keepsAlive)
        }
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    /// Ends the connection: politely with TLS's farewell, else as a BMC does that goes away.
    private func end(_ context: ChannelHandlerContext, reset: Bool, politely: Bool = false) {
        isBusy = true
        waiting = []
        if politely { return context.close(promise: nil) }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let drop: @Sendable () -> Void = {
            let context = bound.value
            // Closing from the place of the TLS handler leaves its farewell out.
            let tls = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
            (tls ?? context).close(promise: nil)
        }
        guard reset, let socket = context.channel as? any SocketOptionProvider else { return drop() }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in drop() }
    }
}
