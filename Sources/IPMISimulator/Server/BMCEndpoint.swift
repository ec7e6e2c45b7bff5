// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// A BMC behind the way to it: the whole simulator as a pure state.
struct BMCEndpoint {
    var core: BMCCore
    private var wire: DatagramFaults<Peer>

    init(_ configuration: IPMIServer.Configuration, chassis: FaultyChassis) {
        core = BMCCore(configuration, chassis: chassis)
        wire = DatagramFaults(chassis.faults)
    }

    /// Takes a datagram of a client.
    mutating func receive(_ bytes: [UInt8], from peer: Peer, at now: Duration) -> [BMCAction] {
        guard wire.arrives() else { return wake(at: now) }
        core.statistics.datagramsIn += 1
        return pass(core.receive(bytes, from: peer, at: now), at: now)
    }

    /// Takes what a console outside has printed.
    mutating func printed(_ bytes: [UInt8], at now: Duration) -> [BMCAction] {
        pass(core.printed(bytes, at: now), at: now)
    }

    /// Does what is due.
    mutating func wake(at now: Duration) -> [BMCAction] {
        pass(core.advance(to: now), at: now)
    }

    /// When `wake` is wanted next.
    func nextWake(after now: Duration) -> Duration? {
        [core.nextWake(after: now), wire.nextDue].compactMap { $0 }.min()
    }

    private mutating func pass(_ actions: [BMCAction], at now: Duration) -> [BMCAction] {
        var passed: [BMCAction] = []
        for action in actions {
            guard case .send(let bytes, let peer) = action else {
                passed.append(action)
                continue
            }
            core.statistics.datagramsOut += 1
            passed += wire.send(bytes, to: peer, at: now).map { .send($0.bytes, to: $0.peer) }
        }
        return passed + wire.due(at: now).map { .send($0.bytes, to: $0.peer) }
    }
}
