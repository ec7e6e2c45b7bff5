// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

/// Downloads files by TFTP, for simulated machines and tests.
public enum TFTPClient {
    /// Reads one file into memory.
    ///
    /// `local` is the address to send from, nil for any. Throws a ``TFTPClientError``; ends early when the task is
    /// cancelled.
    public static func read(
        _ filename: String, from server: IPv4Address, port: Int = 69, local: IPv4Address? = nil,
        options: TFTPClientTransfer.Options = .init()
    ) async throws -> [UInt8] {
        let group = MultiThreadedEventLoopGroup.singleton
        let loop = group.next()
        let promise = loop.makePromise(of: [UInt8].self)
        let transfer = TFTPClientTransfer(filename: filename, options: options)
        let channel: any Channel
        do {
            channel = try await DatagramBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = TFTPClientHandler(transfer, server: server, port: port, promise: promise)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                }
                .bind(host: (local ?? .unspecified).description, port: 0).get()
        } catch {
            promise.fail(TFTPClientError.system("\(error)"))
            _ = try? await promise.futureResult.get()
            throw TFTPClientError.system("\(error)")
        }
        return try await withTaskCancellationHandler {
            let result = await promise.futureResult.resultValue()
            try? await channel.close().get()
            return try result.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}

extension EventLoopFuture where Value: Sendable {
    /// The outcome as a value.
    func resultValue() async -> Result<Value, any Error> {
        do {
            return .success(try await get())
        } catch {
            return .failure(error)
        }
    }
}

/// Carries the packets and the clock of one ``TFTPClientTransfer``.
private final class TFTPClientHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private var transfer: TFTPClientTransfer
    private let server: IPv4Address
    private let port: Int
    private var promise: EventLoopPromise<[UInt8]>?
    private var data: [UInt8] = []
    private var timer: Scheduled<Void>?

    init(_ transfer: TFTPClientTransfer, server: IPv4Address, port: Int, promise: EventLoopPromise<[UInt8]>) {
        self.transfer = transfer
        self.server = server
        self.port = port
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        perform(transfer.start(), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        promise?.fail(TFTPClientError.system("closed"))
        promise = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard IPv4Address(envelope.remoteAddress) == server, let port = envelope.remoteAddress.port else { return }
        let bytes = Array(envelope.data.readableBytesView)
        perform(transfer.receive(bytes, port: UInt16(truncatingIfNeeded: port)), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A refused datagram (ICMP) shows up here; the timeouts deal with a silent server.
    }

    private func perform(_ actions: [TFTPClientTransfer.Action], _ context: ChannelHandlerContext) {
        timer?.cancel()
        for action in actions {
            switch action {
            case .send(let bytes, let port):
                guard let address = try? server.socketAddress(port: port.map(Int.init) ?? self.port) else { continue }
                let envelope = AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: bytes))
                context.write(wrapOutboundOut(envelope), promise: nil)
            case .deliver(let bytes):
                data += bytes
            case .finished:
                promise?.succeed(data)
                promise = nil
            case .failed(let error):
                promise?.fail(error)
                promise = nil
            }
        }
        context.flush()
        guard !transfer.isOver else { return }
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: TimeAmount(transfer.retryDelay)) {
            let (handler, context) = loopBound.value
            handler.perform(handler.transfer.timeout(), context)
        }
    }
}
