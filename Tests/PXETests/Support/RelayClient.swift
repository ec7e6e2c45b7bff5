// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import PXE
import Testing

/// A DHCP client behind a relay agent at its own loopback address, the way simulated machines work.
final class RelayClient {
    private let channel: NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>
    private let server: SocketAddress

    init(address: IPv4Address, port: Int) async throws {
        server = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: address.description, port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
            }
    }

    /// Sends packets and returns the replies that come within `milliseconds` of the last one.
    func exchange(_ packets: [DHCPPacket], milliseconds: Int) async throws -> [DHCPReply] {
        try await channel.executeThenClose { inbound, outbound in
            for packet in packets {
                let data = ByteBuffer(bytes: try packet.encoded())
                try await outbound.write(AddressedEnvelope(remoteAddress: server, data: data))
            }
            return try await withThrowingTaskGroup(of: [DHCPReply]?.self) { group in
                group.addTask {
                    var replies: [DHCPReply] = []
                    for try await envelope in inbound {
                        let packet = try DHCPPacket(parsing: Array(envelope.data.readableBytesView))
                        if let reply = DHCPReply(packet) { replies.append(reply) }
                        if replies.count == packets.count { break }
                    }
                    return replies
                }
                group.addTask {
                    try await Task.sleep(for: .milliseconds(milliseconds))
                    return nil
                }
                let first = try await group.next() ?? nil
                group.cancelAll()
                return first ?? []
            }
        }
    }

    /// Sends one packet and returns its reply.
    static func ask(
        _ packet: DHCPPacket, from address: IPv4Address, port: Int, milliseconds: Int = 5000
    ) async throws -> DHCPReply? {
        let client = try await RelayClient(address: address, port: port)
        return try await client.exchange([packet], milliseconds: milliseconds).first
    }
}
