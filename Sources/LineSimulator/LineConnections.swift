// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import Synchronization

/// The open connections of a practice BMC.
final class LineConnections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
        channels.withLock { $0[ObjectIdentifier(channel)] = channel }
        channel.closeFuture.whenComplete { [self] _ in
            _ = channels.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }
        }
    }

    /// Ends all connections so that their peers see a reset.
    func resetAll() {
        for channel in channels.withLock({ Array($0.values) }) { Self.reset(channel) }
    }

    /// Ends all connections and waits until they are gone.
    func closeAll() async {
        for channel in channels.withLock({ Array($0.values) }) { try? await channel.close().get() }
    }

    /// Ends a connection so that its peer sees a reset: closing with a linger time of zero sends RST (RFC 9293, 3.6).
    static func reset(_ channel: any Channel) {
        guard let provider = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
        provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
    }
}
