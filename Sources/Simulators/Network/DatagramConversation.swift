// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

/// A conversation over UDP with one server, seen from the client: packets and timeouts in, steps out. Pure.
protocol DatagramConversation: Sendable {
    /// What the conversation is for.
    associatedtype Outcome: Sendable

    /// The first step.
    mutating func start() -> DatagramStep<Outcome>
    /// Takes a packet from the server.
    mutating func receive(_ bytes: [UInt8]) -> DatagramStep<Outcome>
    /// Nothing came within the time.
    mutating func timeout() -> DatagramStep<Outcome>
}

/// What a conversation wants next.
enum DatagramStep<Outcome: Sendable>: Sendable {
    /// Send these bytes, and call `timeout` when nothing useful came within the time.
    case send([UInt8], wait: Duration)
    /// Nothing: the packet was not meant for this conversation.
    case ignore
    /// The conversation is over.
    case done(Outcome)
    /// The conversation failed.
    case failed(String)
}

extension DatagramConversation {
    /// Holds the conversation from a free port of a local address. Ends at once when the task is cancelled.
    ///
    /// - Throws: `SimulatorError.network` when it fails, `CancellationError` when it was cancelled.
    func hold(local: String, server: String, port: Int) async throws -> Outcome {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let remote: SocketAddress
        do {
            remote = try SocketAddress.makeAddressResolvingHost(server, port: port)
        } catch {
            throw SimulatorError.network("\(server):\(port) is no address: \(error)")
        }
        let promise = loop.makePromise(of: Outcome.self)
        let channel: any Channel
        do {
            channel = try await DatagramBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            DatagramHandler(self, remote: remote, promise: promise))
                    }
                }
                .bind(host: local, port: 0).get()
        } catch {
            promise.fail(SimulatorError.network("cannot bind \(local): \(error)"))
            return try await promise.futureResult.get()
        }
        return try await withTaskCancellationHandler {
            do {
                let outcome = try await promise.futureResult.get()
                try? await channel.close()
                return outcome
            } catch {
                try? await channel.close()
                try Task.checkCancellation()
                throw error
            }
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}

/// The packets and the clock of one conversation.
private final class DatagramHandler<Conversation: DatagramConversation>: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private var conversation: Conversation
    private let remote: SocketAddress
    private var promise: EventLoopPromise<Conversation.Outcome>?
    private var timer: Scheduled<Void>?

    init(_ conversation: Conversation, remote: SocketAddress, promise: EventLoopPromise<Conversation.Outcome>) {
        self.conversation = conversation
        self.remote = remote
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        perform(conversation.start(), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        promise?.fail(SimulatorError.network("the socket was closed"))
        promise = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard promise != nil else { return }
        perform(conversation.receive(Array(envelope.data.readableBytesView)), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A refused datagram shows up here; the timeouts deal with a silent server.
    }

    private func perform(_ step: DatagramStep<Conversation.Outcome>, _ context: ChannelHandlerContext) {
        switch step {
        case .ignore:
            break
        case .send(let bytes, let wait):
            timer?.cancel()
            let envelope = AddressedEnvelope(remoteAddress: remote, data: ByteBuffer(bytes: bytes))
            context.writeAndFlush(wrapOutboundOut(envelope), promise: nil)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            timer = context.eventLoop.scheduleTask(in: TimeAmount(wait)) {
                let (handler, context) = bound.value
                handler.perform(handler.conversation.timeout(), context)
            }
        case .done(let outcome):
            timer?.cancel()
            promise?.succeed(outcome)
            promise = nil
        case .failed(let reason):
            timer?.cancel()
            promise?.fail(SimulatorError.network(reason))
            promise = nil
        }
    }
}
