// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import PluginKit

/// A link with serial over LAN on it, on a socket of its own.
final class ConsoleSession {
    let link: Link
    let descriptor: Int32
    var channel = SerialChannel(packetSize: 32)

    /// Connects a socket; nothing is sent. Throws `unreachable`.
    init(
        _ endpoint: Endpoint, _ credentials: borrowing Session.Credentials, privilege: UInt8, suite: LinkSuite
    ) throws(PluginError) {
        guard let descriptor = endpoint.connectedSocket() else {
            throw PluginError(
                .unreachable, "\(endpoint.literal): \(String(cString: strerror(errno)))", retryable: true,
                vendorCode: errno)
        }
        self.descriptor = descriptor
        link = Link(LinkCredentials(credentials), suite: suite, privilege: privilege, raising: true)
        link.livePort = LivePort(of: descriptor)
    }

    deinit { close(descriptor) }

    /// Sends what the link has to send.
    func flush() {
        for packet in link.output { _ = Glibc.send(descriptor, packet, packet.count, Int32(MSG_NOSIGNAL)) }
        link.output.removeAll(keepingCapacity: true)
    }

    /// Takes all packets that are there; what happened, in order.
    func receive() -> [Link.Event] {
        var events: [Link.Event] = []
        var buffer = [UInt8](repeating: 0, count: 2048)
        for _ in 0..<64 {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { break }
            events += link.receive(Array(buffer.prefix(count)), .now)
        }
        return events
    }

    /// Logs in.
    func logIn(_ call: borrowing Call) throws(PluginError) {
        link.open(.now)
        while !link.isReady {
            for event in try step(call) {
                if case .failed(let failure) = event {
                    flush()
                    throw failure.pluginError
                }
            }
        }
    }

    /// Sends a command and waits for its answer.
    func send(_ command: Command, _ call: borrowing Call) throws(PluginError) -> Reply {
        call.wire(.sent, "ipmi", command.message)
        link.send(command, .now)
        while true {
            for event in try step(call) {
                switch event {
                case .failed(let failure): throw failure.pluginError
                case .answer(let answered, let reply) where answered == command:
                    call.wire(.received, "ipmi", reply.message(to: command))
                    return reply
                default: break
                }
            }
        }
    }

    /// Waits for packets or the next timer once.
    private func step(_ call: borrowing Call) throws(PluginError) -> [Link.Event] {
        flush()
        try call.checkCancelled()
        let wait = link.timer.map { max(ContinuousClock.now.duration(to: $0), .zero) } ?? .milliseconds(500)
        let readable = call.waitReadable(descriptors: [descriptor], for: min(wait, .milliseconds(500)))
        let events = readable.isEmpty ? [] : receive()
        return events + link.tick(.now)
    }
}

extension Reply {
    /// The answer as it stands in a message, for the wire trace.
    func message(to command: Command) -> [UInt8] {
        switch self {
        case .data(let data): command.answer(0, data)
        case .refused(let code): command.answer(code.code, code.data)
        }
    }
}
