// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// The TCP clients of a serial console: all see what is printed, and what any of them sends is typed.
final class ConsoleClients: Sendable {
    /// Clients at a time; more are turned away.
    static let limit = 16

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var onInput: (@Sendable ([UInt8]) -> Void)?
    }

    private let state = Mutex(State())

    /// Listens for clients.
    /// - Throws: the error of the socket when host or port cannot be had.
    func listen(host: String, port: Int) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 1 << 20))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ConsoleClientHandler(self))
                }
            }
            .bind(host: host, port: port).get()
    }

    func onInput(_ body: @escaping @Sendable ([UInt8]) -> Void) { state.withLock { $0.onInput = body } }

    /// Sends to all; a client that does not read loses what it would have to keep.
    func send(_ bytes: [UInt8]) {
        for channel in state.withLock({ Array($0.channels.values) }) {
            channel.eventLoop.execute {
                if channel.isWritable { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
            }
        }
    }

    func closeAll() async {
        for channel in state.withLock({ Array($0.channels.values) }) { try? await channel.close().get() }
    }

    fileprivate func add(_ channel: any Channel) -> Bool {
        state.withLock { state in
            guard state.channels.count < Self.limit else { return false }
            state.channels[ObjectIdentifier(channel)] = channel
            return true
        }
    }

    fileprivate func remove(_ channel: any Channel) {
        state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    fileprivate func type(_ bytes: [UInt8]) { state.withLock { $0.onInput }?(bytes) }
}

private final class ConsoleClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let clients: ConsoleClients

    init(_ clients: ConsoleClients) { self.clients = clients }

    func channelActive(context: ChannelHandlerContext) {
        if !clients.add(context.channel) { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { clients.remove(context.channel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        clients.type(Array(unwrapInboundIn(data).readableBytesView))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
