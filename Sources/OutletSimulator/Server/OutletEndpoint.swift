// SPDX-License-Identifier: Apache-2.0
import BMCModel
import NIOCore

/// A PDU behind the way to it, and who is told when an outlet has switched.
struct OutletEndpoint {
    /// An outlet has got power or lost it.
    struct Switch: Sendable, Equatable {
        var outlet: Int
        var isOn: Bool
    }

    typealias Datagram = (bytes: [UInt8], peer: SocketAddress)

    var agent: OutletAgent
    private var wire: DatagramFaults<SocketAddress>
    private var seen: [EffectCounts]

    init(_ agent: OutletAgent) {
        self.agent = agent
        wire = DatagramFaults(agent.faults)
        seen = agent.outlets.map { $0.chassis.snapshot.counts }
    }

    mutating func receive(_ bytes: [UInt8], from peer: SocketAddress, at now: Duration) -> [Datagram] {
        guard wire.arrives(), let answer = agent.receive(bytes, at: now) else { return wire.due(at: now) }
        return wire.send(answer, to: peer, at: now)
    }

    mutating func due(at now: Duration) -> [Datagram] { wire.due(at: now) }

    /// What has switched since it was asked last, each change once and in its order.
    mutating func switches() -> [Switch] {
        var switches: [Switch] = []
        for (index, machine) in agent.outlets.enumerated() {
            let (counts, isOn) = machine.chassis.withChassis { chassis, _ in (chassis.counts, chassis.power.hasPower) }
            let changes =
                counts.powerOns - seen[index].powerOns + counts.powerOffs - seen[index].powerOffs
            seen[index] = counts
            // They alternate, and the last one led to what is now.
            for left in stride(from: max(0, changes) - 1, through: 0, by: -1) {
                switches.append(Switch(outlet: index + 1, isOn: left.isMultiple(of: 2) ? isOn : !isOn))
            }
        }
        return switches
    }

    /// How long until something happens by itself; nil when nothing does.
    func pause(at now: Duration) -> Duration? {
        let outlets = agent.outlets.compactMap { machine in
            machine.chassis.withChassis { chassis, now in chassis.nextChange.map { $0 - now } }
        }
        return (outlets + [wire.nextDue.map { $0 - now }].compactMap { $0 }).min()
    }
}
