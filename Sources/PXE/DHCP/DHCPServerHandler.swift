// SPDX-License-Identifier: Apache-2.0
internal import CLinux
import NIOCore

/// Carries the packets of a ``DHCPServer``, and its leases to the store and back.
final class DHCPServerHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private static let clientPort = 68

    private var server: DHCPServer
    private let table: BootTable
    private let store: any LeaseStore
    private let interface: String?
    private let descriptor: CInt
    private let onEvent: PXEServer.EventHandler
    private var waiting: [(lease: DHCPLease, ticket: UInt64)] = []
    private var isSaving = false

    /// `descriptor` is the channel's own socket, used for entries in the neighbour table.
    init(
        server: DHCPServer, table: BootTable, store: any LeaseStore, interface: String?, descriptor: CInt,
        onEvent: @escaping PXEServer.EventHandler
    ) {
        self.server = server
        self.table = table
        self.store = store
        self.interface = interface
        self.descriptor = descriptor
        self.onEvent = onEvent
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let source = IPv4Address(envelope.remoteAddress), let port = envelope.remoteAddress.port else { return }
        let actions = server.receive(
            Array(envelope.data.readableBytesView), from: source, port: UInt16(truncatingIfNeeded: port), now: .now(),
            lookup: table.client(for:))
        perform(actions, context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
        saveNext(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // One datagram failed; the client will ask again.
    }

    /// The lease of a machine.
    func lease(of mac: MACAddress) -> DHCPLease? { server.lease(of: mac) }

    /// Forgets a lease that the store knows to have ended.
    func forget(_ mac: MACAddress) { server.forget(mac) }

    private func perform(_ actions: [DHCPAction], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .event(let event): onEvent(event)
            case .save(let lease, let ticket): waiting.append((lease, ticket))
            case .send(let bytes, let destination): send(bytes, to: destination, context)
            }
        }
    }

    /// Saves everything that waits in one go; what comes meanwhile makes the next one.
    private func saveNext(_ context: ChannelHandlerContext) {
        guard !isSaving, !waiting.isEmpty else { return }
        isSaving = true
        let batch = waiting
        waiting = []
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let store = store
        Task {
            var failure: String?
            do {
                try await store.save(batch.map(\.lease))
            } catch {
                failure = "\(error)"
            }
            loop.execute { [failure] in
                let (handler, context) = bound.value
                handler.saved(batch.map(\.ticket), failure, context)
            }
        }
    }

    private func saved(_ tickets: [UInt64], _ failure: String?, _ context: ChannelHandlerContext) {
        isSaving = false
        for ticket in tickets {
            perform(server.leaseSaved(ticket: ticket, failure: failure, now: .now()), context)
        }
        guard context.channel.isActive else { return }
        context.flush()
        saveNext(context)
    }

    private func send(_ bytes: [UInt8], to destination: DHCPDestination, _ context: ChannelHandlerContext) {
        guard let (address, port) = resolve(destination), let remote = try? address.socketAddress(port: port) else {
            let reason = "the reply needs a broadcast or a neighbour entry, but no interface is configured"
            onEvent(PXEEvent(time: .now(), kind: .dhcpFailed(reason: reason)))
            return
        }
        let envelope = AddressedEnvelope(remoteAddress: remote, data: ByteBuffer(bytes: bytes))
        context.write(wrapOutboundOut(envelope), promise: nil)
    }

    private func resolve(_ destination: DHCPDestination) -> (IPv4Address, port: Int)? {
        switch destination {
        case .relay(let address, let port):
            return (address, Int(port))
        case .client(let address):
            return (address, Self.clientPort)
        case .broadcast:
            return interface == nil ? nil : (.broadcast, Self.clientPort)
        case .hardware(let address, let mac):
            guard let interface else { return nil }
            let failure = clinux_arp_set(descriptor, interface, address.value.bigEndian, mac.octets)
            return (failure == 0 ? address : .broadcast, Self.clientPort)
        }
    }
}
