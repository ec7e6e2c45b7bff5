// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

/// The well-known TFTP port: hands packets to a ``TFTPServer`` and opens a port for each transfer.
final class TFTPServerHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// Transfers at once; more clients have to ask again.
    static let maximumTransfers = 2048

    private var server: TFTPServer
    private let table: BootTable
    private let bindAddress: IPv4Address
    private let onEvent: @Sendable (PXEEvent) -> Void
    /// Running transfers by the client's address and port; nil while the port is being opened.
    private var transfers: [SocketAddress: Running] = [:]

    private final class Running {
        var channel: (any Channel)?
        var handler: TFTPTransferHandler?
    }

    init(
        server: TFTPServer, table: BootTable, bindAddress: IPv4Address, onEvent: @escaping @Sendable (PXEEvent) -> Void
    ) {
        self.server = server
        self.table = table
        self.bindAddress = bindAddress
        self.onEvent = onEvent
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let source = IPv4Address(envelope.remoteAddress) else { return }
        let decision = server.receive(
            Array(envelope.data.readableBytesView), from: source, client: table.client(at: source), now: .now())
        switch decision {
        case .silence:
            break
        case .report(let event):
            onEvent(event)
        case .reply(let packet):
            send(packet, to: envelope.remoteAddress, context)
        case .refuse(let packet, let event):
            send(packet, to: envelope.remoteAddress, context)
            onEvent(event)
        case .begin(let transfer, let name):
            begin(transfer, name: name, client: envelope.remoteAddress, address: source, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        for running in transfers.values { running.channel?.close(promise: nil) }
        transfers = [:]
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A refused datagram of another client (ICMP) shows up here; it concerns no transfer.
    }

    private func send(_ packet: TFTPPacket, to address: SocketAddress, _ context: ChannelHandlerContext) {
        let envelope = AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: packet.encoded()))
        context.writeAndFlush(wrapOutboundOut(envelope), promise: nil)
    }

    private func begin(
        _ transfer: TFTPServerTransfer, name: String, client: SocketAddress, address: IPv4Address,
        _ context: ChannelHandlerContext
    ) {
        if let running = transfers[client] {
            // The same request again before anything was acknowledged: its own retransmission answers it.
            guard let handler = running.handler, handler.hasProgress else { return }
            transfers[client] = nil
            running.channel?.close(promise: nil)
        }
        guard transfers.count < Self.maximumTransfers else { return }
        let running = Running()
        transfers[client] = running
        let mac = table.client(at: address)?.mac
        let report = onEvent
        let handler = TFTPTransferHandler(transfer, client: client) { kind in
            report(PXEEvent(time: .now(), mac: mac, address: address, kind: kind(name)))
        }
        running.handler = handler
        let descriptor: CInt
        do throws(BoundSocket.Failure) {
            descriptor = try BoundSocket.udp(bindAddress, port: 0)
        } catch {
            remove(running, of: client)
            report(
                PXEEvent(
                    time: .now(), mac: mac, address: address,
                    kind: .tftpFailed(name: name, reason: "no port: errno \(error.errno)")))
            return
        }
        let bound = NIOLoopBound((self, running, handler), eventLoop: context.eventLoop)
        DatagramBootstrap(group: context.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value.2)
                }
            }
            .withBoundSocket(descriptor)
            .whenComplete { result in
                let (server, running, _) = bound.value
                switch result {
                case .failure(let error):
                    server.remove(running, of: client)
                    report(
                        PXEEvent(
                            time: .now(), mac: mac, address: address,
                            kind: .tftpFailed(name: name, reason: "no port: \(error)")))
                case .success(let channel):
                    running.channel = channel
                    if server.transfers[client] !== running { channel.close(promise: nil) }
                    channel.closeFuture.whenComplete { _ in
                        let (server, running, _) = bound.value
                        server.remove(running, of: client)
                    }
                }
            }
    }

    private func remove(_ running: Running, of client: SocketAddress) {
        if transfers[client] === running { transfers[client] = nil }
    }
}
