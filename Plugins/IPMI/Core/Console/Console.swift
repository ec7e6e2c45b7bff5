// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import PluginKit
import Synchronization

/// A console that was given away: a thread that carries bytes between one end of a socket pair and the BMC.
final class Console: @unchecked Sendable {
    // Everything but `isEnded` belongs to the thread once it runs.
    private var session: ConsoleSession
    /// The thread's end of the socket pair.
    private let end: Int32
    private let wake: (read: Int32, write: Int32)
    private let isEnded = Atomic<Bool>(false)
    private let thread = Mutex<ServiceThread?>(nil)

    /// The thread sends something at least so often, because BMCs end idle sessions after a minute.
    private static let keepAlive: Duration = .seconds(15)
    private static let silence: Duration = .seconds(40)
    /// How long the end of a session may take.
    private static let farewell: Duration = .milliseconds(1500)

    private init(_ session: ConsoleSession, end: Int32, wake: (Int32, Int32)) {
        self.session = session
        self.end = end
        self.wake = wake
    }

    deinit {
        close(end)
        close(wake.read)
        close(wake.write)
    }

    /// Starts the thread; the descriptor is for the host.
    static func start(_ session: ConsoleSession) throws(PluginError) -> (console: Console, descriptor: Int32) {
        var pair: [Int32] = [-1, -1]
        var wake: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw failure(errno) }
        guard pipe(&wake) == 0 else {
            let reason = errno
            for descriptor in pair { close(descriptor) }
            throw failure(reason)
        }
        for descriptor in wake { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK)
        let console = Console(session, end: pair[0], wake: (wake[0], wake[1]))
        do throws(PluginError) {
            let thread = try ServiceThread.start { console.run() }
            console.thread.withLock { $0 = thread }
        } catch {
            close(pair[1])
            throw error
        }
        return (console, pair[1])
    }

    private static func failure(_ code: Int32) -> PluginError {
        PluginError(.internal, "console: \(String(cString: strerror(code)))", retryable: true, vendorCode: code)
    }

    /// The thread has nothing left to do.
    var hasEnded: Bool { isEnded.load(ordering: .acquiring) }

    /// The host has closed its end; the session on the BMC is about to end.
    var isAbandoned: Bool {
        var polled = pollfd(fd: end, events: 0, revents: 0)
        return poll(&polled, 1, 0) > 0 && Int32(polled.revents) & (POLLHUP | POLLERR) != 0
    }

    /// Ends the session, unless it has ended, and waits for the thread. To be called once.
    func stop() {
        _ = write(wake.write, "x", 1)
        thread.withLock { $0 }?.join()
    }

    // MARK: The thread

    private func run() {
        var lastSent = ContinuousClock.now
        var buffer = [UInt8](repeating: 0, count: 16_384)
        loop: while true {
            sendAll()
            let now = ContinuousClock.now
            let heard = session.link.heard ?? now
            if session.channel.hasEnded || heard.duration(to: now) > Self.silence { break }
            if session.link.isIdle, lastSent.duration(to: now) > Self.keepAlive {
                session.link.send(.getDeviceID, now)
                lastSent = now
                continue
            }
            switch wait() {
            case .stopped, .closed: break loop
            case .ready(let typed, let writable):
                if typed {
                    let count = recv(end, &buffer, buffer.count, 0)
                    if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { break loop }
                    if count > 0 { session.channel.type(buffer.prefix(count), .now) }
                }
                if writable, !show() { break loop }
            }
            for event in session.receive() + session.link.tick(.now) {
                switch event {
                case .serial(let payload): session.channel.receive(payload, .now)
                case .failed: break loop
                case .ready, .answer: break
                }
            }
            session.channel.tick(.now)
            if !session.channel.inbound.isEmpty, !show() { break }
        }
        sayGoodBye()
        shutdown(end, Int32(SHUT_RDWR))
        isEnded.store(true, ordering: .releasing)
    }

    private enum Wait {
        case ready(typed: Bool, writable: Bool)
        case stopped
        case closed
    }

    /// Polls both sides. Typed bytes are left where they are while many wait for the BMC.
    private func wait() -> Wait {
        let wantsTyped = session.channel.waitingCount < 16_384
        let events = (wantsTyped ? Int16(POLLIN) : 0) | (session.channel.inbound.isEmpty ? 0 : Int16(POLLOUT))
        var polled = [
            pollfd(fd: session.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: end, events: events, revents: 0), pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
        ]
        let now = ContinuousClock.now
        let timers = [session.link.timer, session.channel.timer].compactMap { $0 }
        let next = timers.map { now.duration(to: $0) }.min() ?? .seconds(1)
        let (seconds, attoseconds) = max(min(next, .seconds(1)), .zero).components
        poll(&polled, 3, Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000) + 1)
        if polled[2].revents != 0 { return .stopped }
        let state = Int32(polled[1].revents)
        if state & (POLLERR | POLLNVAL) != 0 { return .closed }
        // Closed by the host: what it typed before still has to go out.
        if state & POLLHUP != 0, state & POLLIN == 0, session.channel.waitingCount == 0 { return .closed }
        return .ready(typed: wantsTyped && state & (POLLIN | POLLHUP) != 0, writable: state & POLLOUT != 0)
    }

    /// Writes inbound bytes to the host as far as it takes them; false when it is gone.
    private func show() -> Bool {
        while !session.channel.inbound.isEmpty {
            let count = session.channel.inbound.withUnsafeBytes {
                send(end, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return errno == EAGAIN || errno == EINTR }
            session.channel.took(count)
        }
        return true
    }

    private func sendAll() {
        for payload in session.channel.output { session.link.sendSerial(payload) }
        session.channel.output.removeAll(keepingCapacity: true)
        session.flush()
    }

    /// Ends serial over LAN and the session, as far as the BMC answers in time.
    private func sayGoodBye() {
        let limit = ContinuousClock.now + Self.farewell
        var isDeactivating = false
        while session.link.isReady, ContinuousClock.now < limit {
            if !isDeactivating, session.link.isIdle {
                session.link.interval = .milliseconds(200)
                session.link.send(.deactivateSOL, .now)
                isDeactivating = true
            } else if isDeactivating, session.link.isIdle {
                break
            }
            session.flush()
            var polled = pollfd(fd: session.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, 50)
            _ = session.receive() + session.link.tick(.now)
        }
        session.link.close()
        session.flush()
    }
}
