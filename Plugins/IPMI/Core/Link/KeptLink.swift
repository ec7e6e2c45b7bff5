// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import PluginKit
import Synchronization

/// An open session between two calls.
struct KeptLink: @unchecked Sendable {
    // Whoever takes it out of the device has it alone.
    let link: Link
    let endpoint: Endpoint
    let suite: UInt8
    var since: ContinuousClock.Instant

    /// BMCs end sessions that were idle for 60 seconds, give or take three (IPMI 2.0, section 6.12.15).
    static let limit: Duration = .seconds(45)

    var isFresh: Bool { since.duration(to: .now) < Self.limit }

    /// Closes the session on the BMC without waiting.
    func end() {
        link.close()
        guard let descriptor = endpoint.connectedSocket() else { return }
        for packet in link.output { _ = send(descriptor, packet, packet.count, Int32(MSG_NOSIGNAL)) }
        close(descriptor)
    }

    /// Closes the session on the BMC and waits for its answer, sending again meanwhile.
    func end(waiting patience: Duration, _ call: borrowing Call) {
        link.close()
        guard let descriptor = endpoint.connectedSocket() else { return }
        defer { close(descriptor) }
        let limit = ContinuousClock.now + patience
        var buffer = [UInt8](repeating: 0, count: 512)
        repeat {
            for packet in link.output { _ = send(descriptor, packet, packet.count, Int32(MSG_NOSIGNAL)) }
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&polled, 1, 250) > 0 {
                _ = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                return
            }
        } while ContinuousClock.now < limit && !call.isCancelled
    }
}

extension IPMIDevice {
    /// Takes the kept session out, if there is one that the BMC is likely to know still.
    func takeKept() -> KeptLink? {
        let taken = kept.withLock { kept in
            defer { kept = nil }
            return kept
        }
        guard let taken else { return nil }
        if taken.isFresh, taken.link.isIdle { return taken }
        taken.end()
        return nil
    }

    /// So many sessions in a row that were lost between calls are no accident; after so many calls one is kept again, since
    /// it may have been one nevertheless.
    private static let (accidents, trial) = (2, 32)

    /// What becomes of a call's session. Each call has a socket of its own; there are BMCs (pyghmi's) that take a session's
    /// packets from the port it was opened from and no other, so that keeping it only costs the wait for no answer.
    func rest(_ endpoint: Endpoint) -> LinkTransport.Rest {
        var lost = 0
        learn { learned in
            if learned.lostBetweenCalls >= Self.accidents { learned.lostBetweenCalls &+= 1 }
            lost = learned.lostBetweenCalls
        }
        let isOfUse = lost < Self.accidents || lost % Self.trial == 0
        return LinkTransport.Rest(isOfUse: isOfUse, keep: keeper(endpoint)) { isAnswered in
            self.learn { $0.lostBetweenCalls = isAnswered ? 0 : $0.lostBetweenCalls &+ 1 }
        }
    }

    /// Puts a session back for the next call.
    func keeper(_ endpoint: Endpoint) -> (Link) -> Void {
        { [self] link in
            let item = KeptLink(link: link, endpoint: endpoint, suite: link.suite, since: .now)
            let replaced = kept.withLock { kept in
                defer { kept = item }
                return kept
            }
            replaced?.end()
        }
    }
}
