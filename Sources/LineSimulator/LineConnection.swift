// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Runs a session on a channel: bytes to lines, actions to the socket.
final class LineConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var session: LineSession
    private var input: [UInt8] = []
    private var queue: [LineAction] = []
    private var isWaiting = false

    init(_ session: LineSession) {
        self.session = session
    }

    func channelActive(context: ChannelHandlerContext) {
        session.bmc.connections.add(context.channel)
        run(session.begin(), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        queue = []
        session.end()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        input += unwrapInboundIn(data).readableBytesView
        advance(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client has closed its side; whatever is on its way to it is in vain.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func run(_ actions: [LineAction], _ context: ChannelHandlerContext) {
        queue += actions
        advance(context)
    }

    /// Does what is to be done, then takes the next line; one request at a time, as its answer may have to wait.
    private func advance(_ context: ChannelHandlerContext) {
        while !isWaiting {
            if !queue.isEmpty {
                perform(queue.removeFirst(), context)
            } else if let end = input.firstIndex(of: UInt8(ascii: "\n")), end < LineProtocol.maximumLine {
                let line = Array(input[..<end])
                input.removeSubrange(...end)
                queue = session.receive(line)
            } else if input.count >= LineProtocol.maximumLine {
                input = []
                if !session.isOver { queue = session.receiveOversize() }
            } else {
                return
            }
        }
    }

    private func perform(_ action: LineAction, _ context: ChannelHandlerContext) {
        switch action {
        case .send(let bytes):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        case .trickle(let bytes, let pace):
            guard let first = bytes.first else { return }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [first])), promise: nil)
            if bytes.count > 1 {
                queue.insert(contentsOf: [.wait(pace), .trickle(Array(bytes.dropFirst()), every: pace)], at: 0)
            }
        case .wait(let time):
            isWaiting = true
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: TimeAmount(time)) {
                let (handler, context) = bound.value
                handler.isWaiting = false
                handler.advance(context)
            }
        case .closeOutput: context.close(mode: .output, promise: nil)
        case .close: context.close(promise: nil)
        case .reset: LineConnections.reset(context.channel)
        case .resetAll: session.bmc.connections.resetAll()
        }
    }
}
