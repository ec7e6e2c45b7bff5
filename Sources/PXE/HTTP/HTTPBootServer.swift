// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The listening socket of the HTTP boot server and its connections.
final class HTTPBootServer: Sendable {
    /// Connections at once, in all and from one address; more are closed at once.
    static let maximumConnections = 4096
    static let maximumConnectionsPerAddress = 64

    private struct TooManyConnections: Error {}

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var perAddress: [IPv4Address: Int] = [:]
        var shared: HTTPConnectionHandler.Shared?
        var isStopping = false
    }

    private let state = Mutex(State())
    private let listener = Mutex<(any Channel)?>(nil)

    /// Binds the port; connections wait until ``serve(_:)``.
    func bind(_ address: IPv4Address, port: Int) async throws -> Int {
        let descriptor = try BoundSocket.tcp(address, port: port)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.autoRead, value: false)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel) }
            }
            .withBoundSocket(descriptor).get()
        // NIO listens with a short queue; a rack that is switched on comes all at once.
        _ = Glibc.listen(descriptor, 1024)
        listener.withLock { $0 = channel }
        return channel.localAddress?.port ?? port
    }

    /// Begins to take connections.
    func serve(_ shared: HTTPConnectionHandler.Shared) async throws {
        state.withLock { $0.shared = shared }
        try await listener.withLock { $0 }?.setOption(.autoRead, value: true).get()
    }

    /// Takes no more requests, lets running answers end within `grace`, and closes every connection and the port.
    func stop(grace: TimeAmount) async {
        let open = state.withLock { state in
            state.isStopping = true
            return Array(state.channels.values)
        }
        for channel in open {
            channel.pipeline.fireUserInboundEventTriggered(HTTPConnectionHandler.Drain())
            let kill = channel.eventLoop.scheduleTask(in: grace) { channel.close(promise: nil) }
            channel.closeFuture.whenComplete { _ in kill.cancel() }
        }
        let listener = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        try? await listener?.close().get()
        for channel in open { try? await channel.closeFuture.get() }
    }

    private func accept(_ channel: any Channel) throws {
        guard let remote = IPv4Address(channel.remoteAddress), let shared = admit(channel, remote) else {
            throw TooManyConnections()
        }
        channel.closeFuture.whenComplete { [self] _ in forget(channel, remote) }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 8 << 10
        limits.maxHeaderListSize = 16 << 10
        limits.maxHeaderFieldCount = 64
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
        try pipeline.addHandler(HTTPConnectionHandler(shared: shared, remote: remote))
    }

    private func admit(_ channel: any Channel, _ remote: IPv4Address) -> HTTPConnectionHandler.Shared? {
        state.withLock { state in
            guard !state.isStopping, state.shared != nil, state.channels.count < Self.maximumConnections,
                state.perAddress[remote, default: 0] < Self.maximumConnectionsPerAddress
            else { return nil }
            state.channels[ObjectIdentifier(channel)] = channel
            state.perAddress[remote, default: 0] += 1
            return state.shared
        }
    }

    private func forget(_ channel: any Channel, _ remote: IPv4Address) {
        state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            let left = state.perAddress[remote, default: 1] - 1
            state.perAddress[remote] = left > 0 ? left : nil
        }
    }
}
