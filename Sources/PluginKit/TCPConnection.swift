// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A TCP connection of which every wait ends when the call is cancelled and at its deadline.
///
/// It closes when it is let go of. Errors carry no `maybeApplied`: only the driver knows whether what it sent changes
/// something.
public final class TCPConnection: Sendable {
    /// The non-blocking socket, for a thread that serves it without a call; never close it.
    public let descriptor: Int32

    /// Takes over a connected non-blocking stream socket, such as an end of a socket pair.
    public init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Connects to a numeric IPv4 or IPv6 address, such as `fe80::1%eth0`.
    ///
    /// Names are not looked up, because looking up can neither be cancelled nor bounded in time.
    /// - Throws: `unreachable`, `timeout`, `cancelled`.
    public static func open(host: String, port: UInt16, _ call: borrowing Call) throws(PluginError) -> TCPConnection {
        try call.checkCancelled()
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let address = found else {
            throw PluginError(.unreachable, "the host is no IPv4 or IPv6 address")
        }
        defer { freeaddrinfo(found) }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let made = socket(address.pointee.ai_family, kind, 0)
        guard made >= 0 else { throw PluginError(.internal, "no socket could be made") }
        let connection = TCPConnection(made)
        if connect(made, address.pointee.ai_addr, address.pointee.ai_addrlen) != 0, errno != EINPROGRESS {
            throw gone(errno)
        }
        try call.wait(for: made, events: POLLOUT)
        var problem: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(made, SOL_SOCKET, SO_ERROR, &problem, &length)
        guard problem == 0 else { throw gone(problem) }
        return connection
    }

    /// Sends all bytes.
    /// - Throws: `unreachable` when the connection is gone, `timeout`, `cancelled`.
    public func send(_ bytes: [UInt8], _ call: borrowing Call) throws(PluginError) {
        var left = bytes[...]
        while !left.isEmpty {
            try call.wait(for: descriptor, events: POLLOUT)
            let count = left.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count > 0 {
                left = left.dropFirst(count)
            } else if errno != EAGAIN, errno != EINTR {
                throw Self.gone(errno)
            }
        }
    }

    /// Sends a secret without making a copy of it.
    /// - Throws: as `send` of bytes.
    public func send(_ secret: borrowing SecretBuffer, _ call: borrowing Call) throws(PluginError) {
        var sent = 0
        while sent < secret.count {
            try call.wait(for: descriptor, events: POLLOUT)
            let count = secret.withBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(sent))
                return Glibc.send(
                    descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count > 0 {
                sent += count
            } else if errno != EAGAIN, errno != EINTR {
                throw Self.gone(errno)
            }
        }
    }

    /// Receives what there is, at least one byte; nothing at the end of the stream.
    /// - Throws: `unreachable` when the connection is gone, `timeout`, `cancelled`.
    public func receive(upTo limit: Int, _ call: borrowing Call) throws(PluginError) -> [UInt8] {
        while true {
            try call.wait(for: descriptor, events: POLLIN)
            var problem: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: max(1, limit)) { room, count in
                let got = recv(descriptor, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
                problem = got < 0 ? errno : 0
                count = max(0, got)
            }
            if problem == 0 { return bytes }
            if problem != EAGAIN, problem != EINTR { throw Self.gone(problem) }
        }
    }

    /// Receives what comes within `duration`: nil when nothing did, nothing at the end of the stream.
    /// - Throws: `unreachable` when the connection is gone, `timeout`, `cancelled`.
    public func receive(
        upTo limit: Int, within duration: Duration, _ call: borrowing Call
    ) throws(PluginError) -> [UInt8]? {
        try call.checkCancelled()
        guard !call.waitReadable(descriptors: [descriptor], for: max(duration, .zero)).isEmpty else {
            try call.checkCancelled()
            return nil
        }
        return try receive(upTo: limit, call)
    }

    /// Receives one line of printable ASCII and tabs, without its newline. It must be the last thing the peer sent.
    /// - Parameter limit: bytes of the longest line, its newline included.
    /// - Throws: `unreachable` when the peer has ended the connection, `protocol` when the line is broken, too long or
    ///   ends half-way, `timeout`, `cancelled`.
    public func receiveLine(upTo limit: Int, _ call: borrowing Call) throws(PluginError) -> String {
        var line: [UInt8] = []
        while line.count < limit {
            let got = try receive(upTo: limit - line.count, call)
            guard !got.isEmpty else {
                throw line.isEmpty
                    ? PluginError(.unreachable, "the peer ended the connection", retryable: true)
                    : PluginError(.protocol, "the answer ends half-way")
            }
            line += got
            let isComplete = line.last == UInt8(ascii: "\n")
            let text = line.dropLast(isComplete ? 1 : 0)
            guard text.allSatisfy({ (0x20...0x7E).contains($0) || $0 == UInt8(ascii: "\t") }) else {
                throw PluginError(.protocol, "the answer is no line of text")
            }
            if isComplete { return String(decoding: text, as: UTF8.self) }
        }
        throw PluginError(.protocol, "the answer is too long")
    }

    /// Nothing has happened on an idle connection: the peer has neither ended it nor sent what nobody asked for.
    public var isIdle: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) < 0
            && (errno == EAGAIN || errno == EINTR)
    }

    private static func gone(_ code: Int32) -> PluginError {
        PluginError(
            .unreachable, "no connection: \(String(cString: strerror(code)))", retryable: true, vendorCode: code)
    }
}

extension Call {
    /// Waits until the descriptor is ready or has failed; throws `timeout` or `cancelled` when the call must end.
    fileprivate func wait(for descriptor: Int32, events: Int32) throws(PluginError) {
        while true {
            try checkCancelled()
            var polled = [
                pollfd(fd: descriptor, events: Int16(events), revents: 0),
                pollfd(fd: cancelDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            let milliseconds = Int32(clamping: remaining.wholeMilliseconds)
            if poll(&polled, 2, milliseconds) > 0, polled[0].revents != 0, polled[1].revents == 0 { return }
        }
    }
}
