// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOPosix

/// Sends an event to its destination by POST; it is tried once, and over plain HTTP only.
enum EventPush {
    static func send(_ body: [UInt8], to destination: String, _ group: any EventLoopGroup) {
        guard let address = Address(destination) else { return }
        var text = "POST \(address.path) HTTP/1.1\r\nHost: \(address.host):\(address.port)\r\n"
        text += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        let bytes = Array(text.utf8) + body
        ClientBootstrap(group: group).connectTimeout(.seconds(2))
            .connect(host: address.host, port: address.port)
            .whenSuccess { channel in
                channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
                channel.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
            }
    }

    /// Host, port and path of an address that begins with http://.
    private struct Address {
        var host: String
        var port: Int
        var path: String

        init?(_ text: String) {
            guard text.hasPrefix("http://"), !text.contains(where: { $0.isWhitespace || $0.isNewline }) else {
                return nil
            }
            let rest = text.dropFirst(7)
            let authority = rest.prefix { $0 != "/" }
            path = String(rest.dropFirst(authority.count))
            if path.isEmpty { path = "/" }
            let parts = authority.split(separator: ":", maxSplits: 1)
            guard let first = parts.first, !first.hasPrefix("[") else { return nil }
            host = String(first)
            guard parts.count == 1 || (Int(parts[1]).map { (1...65_535).contains($0) } ?? false) else { return nil }
            port = parts.count > 1 ? Int(parts[1]) ?? 80 : 80
        }
    }
}
