// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Carries the packets and the clock of one ``TFTPServerTransfer`` at its own port, and closes it at the end.
final class TFTPTransferHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// Makes an event of the file's name.
    typealias Report = (_ kind: (_ name: String) -> PXEEvent.Kind) -> Void

    private var transfer: TFTPServerTransfer
    private let client: SocketAddress
    private let report: Report
    private let size: Int
    private var timer: Scheduled<Void>?

    /// True once the client acknowledged anything.
    var hasProgress: Bool { transfer.hasProgress }

    init(_ transfer: TFTPServerTransfer, client: SocketAddress, report: @escaping Report) {
        self.transfer = transfer
        self.client = client
        self.report = report
        size = transfer.contentSize
    }

    func channelActive(context: ChannelHandlerContext) {
        report { .tftpStarted(name: $0) }
        perform(transfer.start(), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        if !transfer.isOver { report { .tftpFailed(name: $0, reason: "stopped") } }
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard envelope.remoteAddress == client else {
            // RFC 1350 section 4: a stranger gets error 5, the transfer goes on. Errors are never answered.
            if let packet = try? TFTPPacket(parsing: Array(envelope.data.readableBytesView)), !packet.isError {
                send(.error(.unknownTransfer, "unknown transfer ID"), to: envelope.remoteAddress, context)
                context.flush()
            }
            return
        }
        guard let packet = try? TFTPPacket(parsing: Array(envelope.data.readableBytesView)) else { return }
        let actions = transfer.receive(packet)
        if !actions.isEmpty { perform(actions, context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that closed its port early (ICMP) shows up here; the timeouts end the transfer.
    }

    private func perform(_ actions: [TFTPServerTransfer.Action], _ context: ChannelHandlerContext) {
        timer?.cancel()
        for action in actions {
            switch action {
            case .send(let packet): send(packet, to: client, context)
            case .finished: report { [size] in .tftpServed(name: $0, bytes: size) }
            case .failed(let reason): report { .tftpFailed(name: $0, reason: reason) }
            }
        }
        context.flush()
        guard !transfer.isOver else {
            context.close(promise: nil)
            return
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: TimeAmount(transfer.retryDelay)) {
            let (handler, context) = bound.value
            handler.perform(handler.transfer.timeout(), context)
        }
    }

    private func send(_ packet: TFTPPacket, to address: SocketAddress, _ context: ChannelHandlerContext) {
        var buffer: ByteBuffer
        if case .data(let block, let payload) = packet {
            buffer = context.channel.allocator.buffer(capacity: 4 + payload.count)
            buffer.writeMultipleIntegers(UInt16(3), block)
            buffer.writeBytes(payload)
        } else {
            buffer = ByteBuffer(bytes: packet.encoded())
        }
        context.write(wrapOutboundOut(AddressedEnvelope(remoteAddress: address, data: buffer)), promise: nil)
    }
}

extension TFTPPacket {
    /// True for ERROR, which is never answered.
    var isError: Bool {
        if case .error = self { true } else { false }
    }
}
