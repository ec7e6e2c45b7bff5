// SPDX-License-Identifier: Apache-2.0
import BMCModel
import NIOCore
import Synchronization

/// Carries datagrams between a UDP channel and a PDU, and wakes when an outlet switches.
///
/// *Isolation*: on its channel's event loop.
final class OutletChannelHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let pdu: SharedPDU
    private var wake: Scheduled<Void>?

    init(_ pdu: SharedPDU) { self.pdu = pdu }

    func channelInactive(context: ChannelHandlerContext) {
        wake?.cancel()
        wake = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let bytes = Array(buffer: envelope.data)
        step(context) { $0.receive(bytes, from: envelope.remoteAddress, at: $1) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An ICMP error of an answer that nobody took; the port stays open.
    }

    private func step(
        _ context: ChannelHandlerContext, _ body: (inout OutletEndpoint, Duration) -> [OutletEndpoint.Datagram]
    ) {
        let now = pdu.now
        let (datagrams, switches, pause) = pdu.state.withLock { state in
            let datagrams = body(&state, now)
            return (datagrams, state.switches(), state.pause(at: now))
        }
        for (bytes, peer) in datagrams {
            let buffer = context.channel.allocator.buffer(bytes: bytes)
            context.write(wrapOutboundOut(AddressedEnvelope(remoteAddress: peer, data: buffer)), promise: nil)
        }
        if !datagrams.isEmpty { context.flush() }
        for change in switches { pdu.onSwitch?(change.outlet, change.isOn) }
        schedule(pause, context)
    }

    private func schedule(_ pause: Duration?, _ context: ChannelHandlerContext) {
        wake?.cancel()
        wake = nil
        guard let pause else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        wake = context.eventLoop.scheduleTask(in: TimeAmount(max(.milliseconds(1), pause))) {
            let (handler, context) = bound.value
            handler.step(context) { $0.due(at: $1) }
        }
    }
}
