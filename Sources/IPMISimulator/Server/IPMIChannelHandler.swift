// SPDX-License-Identifier: Apache-2.0
import BMCModel
import NIOCore
import Synchronization

/// Carries datagrams between a UDP channel and a BMC, and wakes the BMC when it wants to be.
///
/// *Isolation*: on its channel's event loop.
final class IPMIChannelHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let endpoint: SharedEndpoint
    private var wake: (at: Duration, task: Scheduled<Void>)?

    init(_ endpoint: SharedEndpoint) {
        self.endpoint = endpoint
    }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        endpoint.backend?.attach { bytes in
            bound.eventLoop.execute {
                let (handler, context) = bound.value
                handler.step(context) { $0.printed(bytes, at: $1) }
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        endpoint.backend?.attach(nil)
        wake?.task.cancel()
        wake = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let peer = Peer(envelope.remoteAddress) else { return }
        let bytes = Array(buffer: envelope.data)
        step(context) { $0.receive(bytes, from: peer, at: $1) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An ICMP error of an answer that nobody took; the port stays open.
    }

    private func step(_ context: ChannelHandlerContext, _ body: (inout BMCEndpoint, Duration) -> [BMCAction]) {
        let now = endpoint.machine.chassis.now
        let (actions, next) = endpoint.state.withLock { state in
            let actions = body(&state, now)
            return (actions, state.nextWake(after: now))
        }
        var hasWritten = false
        for action in actions {
            switch action {
            case .send(let bytes, let peer):
                guard let address = peer.socketAddress else { continue }
                let buffer = context.channel.allocator.buffer(bytes: bytes)
                context.write(wrapOutboundOut(AddressedEnvelope(remoteAddress: address, data: buffer)), promise: nil)
                hasWritten = true
            case .type(let bytes): endpoint.backend?.type(bytes)
            case .makeBreak: endpoint.backend?.makeBreak()
            }
        }
        if hasWritten { context.flush() }
        schedule(next, now: now, context)
    }

    private func schedule(_ next: Duration?, now: Duration, _ context: ChannelHandlerContext) {
        guard let next else {
            wake?.task.cancel()
            wake = nil
            return
        }
        if let wake, wake.at <= next, wake.at > now { return }
        wake?.task.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let pause = max(.milliseconds(1), next - now)
        let task = context.eventLoop.scheduleTask(in: TimeAmount(pause)) {
            let (handler, context) = bound.value
            handler.wake = nil
            handler.step(context) { $0.wake(at: $1) }
        }
        wake = (next, task)
    }
}

extension Peer {
    /// The address as `sockaddr_in` or `sockaddr_in6` holds it: 4 bytes from the fourth on, or 16 from the eighth.
    init?(_ address: SocketAddress) {
        guard let port = address.port else { return nil }
        let bytes: [UInt8]
        switch address {
        case .v4(let v4): bytes = withUnsafeBytes(of: v4.address) { Array($0.dropFirst(4).prefix(4)) }
        case .v6(let v6): bytes = withUnsafeBytes(of: v6.address) { Array($0.dropFirst(8).prefix(16)) }
        case .unixDomainSocket: return nil
        }
        self.init(address: bytes, port: UInt16(clamping: port))
    }

    var socketAddress: SocketAddress? {
        try? SocketAddress(packedIPAddress: ByteBuffer(bytes: address), port: Int(port))
    }
}
