// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import PluginKit
import Synchronization

/// An open serial port with several listeners: a thread that shows what the console says to all of them and types what
/// each sends. So a person may watch while the driver talks to the firmware.
///
/// It ends when the last listener has gone, the console server ends the connection, or it is stopped.
final class ConsoleHub: Sendable {
    private let connection: TCPConnection
    private let wake: (read: Int32, write: Int32)
    private let joining = Mutex<[Int32]>([])
    private let thread = Mutex<ServiceThread?>(nil)
    private let isEnded = Atomic<Bool>(false)
    private let hasShown = Atomic<Bool>(false)

    /// The most bytes that wait for one listener; from then on the console server is made to wait.
    private static let backlog = 262_144

    private init(_ connection: TCPConnection, wake: (Int32, Int32)) {
        self.connection = connection
        self.wake = wake
    }

    deinit {
        for listener in joining.withLock({ $0 }) { close(listener) }
        close(wake.read)
        close(wake.write)
    }

    /// Starts to serve an open link.
    static func start(_ link: ConsoleLink) throws(PluginError) -> ConsoleHub {
        var wake: [Int32] = [-1, -1]
        guard pipe(&wake) == 0 else { throw failure(errno) }
        for end in wake {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        let hub = ConsoleHub(link.connection, wake: (wake[0], wake[1]))
        let telnet = link.telnet
        let thread = try ServiceThread.start { hub.run(telnet) }
        hub.thread.withLock { $0 = thread }
        return hub
    }

    private static func failure(_ code: Int32) -> PluginError {
        PluginError(.internal, "console: \(String(cString: strerror(code)))", retryable: true, vendorCode: code)
    }

    /// The thread has nothing left to do.
    var hasEnded: Bool { isEnded.load(ordering: .acquiring) }

    /// The console has said something since this was asked last.
    func takeHasShown() -> Bool { hasShown.exchange(false, ordering: .acquiringAndReleasing) }

    /// Another listener: the other end of its socket pair. Data only, without telnet.
    func join(nonBlocking: Bool) throws(PluginError) -> Int32 {
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
            throw Self.failure(errno)
        }
        _ = fcntl(pair[0], F_SETFL, O_NONBLOCK)
        if nonBlocking { _ = fcntl(pair[1], F_SETFL, O_NONBLOCK) }
        // The thread takes who joins, or else has ended and takes nobody any more.
        let isServed = joining.withLock { joining in
            guard !hasEnded else { return false }
            joining.append(pair[0])
            return true
        }
        guard isServed else {
            for end in pair { close(end) }
            throw PluginError(.unreachable, "the console ended", retryable: true)
        }
        _ = write(wake.write, "j", 1)
        return pair[1]
    }

    /// Ends it and waits for the thread. To be called once.
    func stop() {
        isEnded.store(true, ordering: .releasing)
        _ = write(wake.write, "x", 1)
        thread.withLock { $0 }?.join()
    }

    // MARK: The thread

    private struct Listener {
        var descriptor: Int32
        var pending: [UInt8] = []
        var isGone = false
    }

    private func run(_ telnet: TelnetCodec?) {
        var telnet = telnet
        var listeners: [Listener] = []
        var typed: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var hadListener = false
        while !hasEnded {
            listeners += joining.withLock { joining in
                defer { joining.removeAll() }
                return joining.map { Listener(descriptor: $0) }
            }
            hadListener = hadListener || !listeners.isEmpty
            if hadListener, listeners.isEmpty { break }
            // Not from a server that asks and asks and does not take the answers; nor when nobody can take more.
            let mayRead =
                typed.count < Self.backlog
                && (listeners.isEmpty || listeners.contains { $0.pending.count < Self.backlog })
            var polled = [
                pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
                // What is not wanted is not polled, or its end would be reported without pause.
                pollfd(
                    fd: mayRead || !typed.isEmpty ? connection.descriptor : -1,
                    events: (mayRead ? Int16(POLLIN) : 0) | (typed.isEmpty ? 0 : Int16(POLLOUT)), revents: 0),
            ]
            polled += listeners.map { listener in
                pollfd(
                    fd: typed.isEmpty || !listener.pending.isEmpty ? listener.descriptor : -1,
                    events: (typed.isEmpty ? Int16(POLLIN) : 0) | (listener.pending.isEmpty ? 0 : Int16(POLLOUT)),
                    revents: 0)
            }
            guard poll(&polled, nfds_t(polled.count), -1) >= 0 || errno == EINTR else { break }
            if polled[0].revents != 0 { _ = read(wake.read, &buffer, buffer.count) }
            if polled[1].revents != 0, mayRead {
                let count = recv(connection.descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { break }
                if count > 0 {
                    let bytes = Array(buffer.prefix(count))
                    let data = telnet?.receive(bytes) ?? bytes
                    typed += telnet?.takeOutput() ?? []
                    if !data.isEmpty { hasShown.store(true, ordering: .releasing) }
                    for index in listeners.indices {
                        // Who takes nothing while others do is let go, so that they are not held up.
                        if listeners[index].pending.count < Self.backlog {
                            listeners[index].pending += data
                        } else {
                            listeners[index].isGone = true
                        }
                    }
                }
            }
            for index in listeners.indices {
                let events = Int32(polled[index + 2].revents)
                if events & (POLLIN | POLLHUP | POLLERR) != 0, typed.isEmpty {
                    let count = recv(listeners[index].descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                    if count > 0 {
                        let bytes = Array(buffer.prefix(count))
                        typed += telnet?.encoded(bytes) ?? bytes
                    } else if count == 0 || errno != EAGAIN && errno != EINTR {
                        listeners[index].isGone = true
                    }
                }
                show(&listeners[index])
            }
            if !typed.isEmpty, !send(&typed, to: connection.descriptor) { break }
            for listener in listeners where listener.isGone { close(listener.descriptor) }
            listeners.removeAll { $0.isGone }
        }
        let late = joining.withLock { joining in
            isEnded.store(true, ordering: .releasing)
            defer { joining.removeAll() }
            return joining
        }
        for descriptor in listeners.map(\.descriptor) + late { close(descriptor) }
        shutdown(connection.descriptor, Int32(SHUT_RDWR))
    }

    private func show(_ listener: inout Listener) {
        if !listener.isGone, !send(&listener.pending, to: listener.descriptor) { listener.isGone = true }
    }

    /// Sends as much as is taken; false when the other side is gone.
    private func send(_ bytes: inout [UInt8], to descriptor: Int32) -> Bool {
        while !bytes.isEmpty {
            let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            guard count > 0 else { return errno == EAGAIN || errno == EINTR }
            bytes.removeFirst(count)
        }
        return true
    }
}
