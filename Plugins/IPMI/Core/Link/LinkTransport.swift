// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import PluginKit

/// A link on a socket of its own for the time of one call. A link whose commands all got their answers is handed back, so
/// that the next call need not log in.
final class LinkTransport: SessionTransport {
    let link: Link
    private let descriptor: Int32
    private let endpoint: Endpoint
    private let rest: Rest
    private var isFinished = false
    let wasKept: Bool
    /// A command was answered in this call.
    private var isProven: Bool

    /// Where links go when the call is over.
    struct Rest {
        /// The BMC knows a session again in a later call, so that keeping it is of use.
        var isOfUse: Bool
        var keep: (Link) -> Void
        /// Whether a kept session was answered.
        var learn: (Bool) -> Void
    }

    /// How long the first command on a kept link may take at least, before the link counts as gone.
    private static let firstPatience: Duration = .milliseconds(1500)
    private static let longestPatience: Duration = .seconds(5)

    /// On a link that is open.
    init(kept link: Link, at endpoint: Endpoint, rest: Rest) throws(PluginError) {
        descriptor = try Self.socket(endpoint)
        self.link = link
        self.endpoint = endpoint
        self.rest = rest
        wasKept = true
        isProven = false
    }

    /// Logs in once. Throws as the login fails; `otherSuite` says whether another suite is worth trying.
    init(
        _ endpoint: Endpoint, _ credentials: borrowing Session.Credentials, privilege: UInt8, suite: LinkSuite,
        quirks: Set<Quirk>, rest: Rest, otherSuite: inout Bool, _ call: borrowing Call
    ) throws(PluginError) {
        descriptor = try Self.socket(endpoint)
        link = Link(LinkCredentials(credentials), suite: suite, privilege: privilege, raising: true)
        link.asksForPrivilege = quirks.contains(.openSessionPrivilege)
        link.checksMessages = !quirks.contains(.noChecksumCheck)
        link.livePort = LivePort(of: descriptor)
        self.endpoint = endpoint
        self.rest = rest
        wasKept = false
        isProven = true
        link.patience = max(call.remaining, .milliseconds(100))
        link.open(.now)
        while !link.isReady {
            for event in try step(call) {
                guard case .failed(let failure) = event else { continue }
                otherSuite = failure.isAboutSuite
                throw failure.pluginError(at: endpoint)
            }
        }
    }

    deinit {
        if !isFinished {
            link.close()
            try? flush()
        }
        close(descriptor)
    }

    private static func socket(_ endpoint: Endpoint) throws(PluginError) -> Int32 {
        guard let descriptor = endpoint.connectedSocket() else { throw refused(endpoint, errno) }
        return descriptor
    }

    func exchange(
        _ command: Command, _ repeating: Repeating, _ call: borrowing Call
    ) throws(PluginError) -> (code: UInt8, data: [UInt8]) {
        let share = min(call.remaining * 0.4, Self.longestPatience)
        let first = max(Self.firstPatience, (link.roundTrip ?? .zero) * 2)
        link.patience = repeating == .never ? call.remaining : isProven ? max(share, first) : first
        link.interval = link.usualInterval
        if !link.isRaised {
            link.raise(.now)
            let (code, data) = try answer(to: .setSessionPrivilege(link.privilege), call)
            guard code == 0 else {
                throw CompletionCode(.setSessionPrivilege(link.privilege), code, data).pluginError
            }
        }
        switch repeating {
        case .soon: break
        case .slowly: link.interval = max(link.interval, .seconds(1))
        case .never: link.interval = .seconds(86_400)
        }
        link.send(command, .now)
        return try answer(to: command, call)
    }

    private func answer(
        to command: Command, _ call: borrowing Call
    ) throws(PluginError) -> (code: UInt8, data: [UInt8]) {
        while true {
            for event in try step(call) {
                switch event {
                case .failed(let failure): throw failure.pluginError(at: endpoint)
                case .answer(let answered, let reply) where answered == command:
                    isProven = true
                    switch reply {
                    case .data(let data): return (0, data)
                    case .refused(let code): return (code.code, code.data)
                    }
                default: break
                }
            }
        }
    }

    func finish(sound: Bool) {
        isFinished = true
        if wasKept { rest.learn(isProven) }
        guard sound, link.isIdle, rest.isOfUse || wasKept && isProven else {
            link.close()
            try? flush()
            return
        }
        rest.keep(link)
    }

    /// Sends what is there to send, waits for packets or the next timer, and takes what came.
    private func step(_ call: borrowing Call) throws(PluginError) -> [Link.Event] {
        try flush()
        try call.checkCancelled()
        let wait = link.timer.map { ContinuousClock.now.duration(to: $0) } ?? .zero
        let readable = call.waitReadable(descriptors: [descriptor], for: min(max(wait, .milliseconds(1)), .seconds(1)))
        var events: [Link.Event] = []
        if !readable.isEmpty {
            var buffer = [UInt8](repeating: 0, count: 2048)
            for _ in 0..<32 {
                let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                guard count >= 0 else {
                    guard errno == EAGAIN || errno == EINTR else { throw Self.refused(endpoint, errno) }
                    break
                }
                events += link.receive(Array(buffer.prefix(count)), .now)
            }
        }
        return events + link.tick(.now)
    }

    private func flush() throws(PluginError) {
        for packet in link.output {
            guard send(descriptor, packet, packet.count, Int32(MSG_NOSIGNAL)) >= 0 else {
                let reason = errno
                link.output = []
                guard reason != EAGAIN && reason != ENOBUFS else { return }
                throw Self.refused(endpoint, reason)
            }
        }
        link.output.removeAll(keepingCapacity: true)
    }

    private static func refused(_ endpoint: Endpoint, _ code: Int32) -> PluginError {
        PluginError(
            .unreachable, "\(endpoint.literal): \(String(cString: strerror(code)))", retryable: true, vendorCode: code)
    }
}
