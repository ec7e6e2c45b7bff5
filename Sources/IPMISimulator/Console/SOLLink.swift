// SPDX-License-Identifier: Apache-2.0

/// The BMC's end of one serial-over-LAN session (IPMI 2.0 section 15): one packet at a time waits for its
/// acknowledgement.
struct SOLLink {
    /// The most characters in a packet, either way.
    static let characters = 248
    /// What may wait for a client that does not read; the oldest goes first.
    static let capacity = 2 << 20

    struct Pending {
        var sequence: UInt8
        var data: [UInt8]
        var sentAt: Duration
        var tries: Int
    }

    let sessionID: UInt32
    let isEncrypted: Bool
    let startedAt: Duration
    private(set) var pending: Pending?
    private var buffer: [UInt8] = []
    private var sequence: UInt8 = 0
    private var lastReceived: UInt8 = 0
    /// The acknowledgement that the next packet carries.
    private var acknowledgement: (sequence: UInt8, accepted: UInt8)?
    /// Up to when the flood has been made.
    var floodedTo: Duration

    init(sessionID: UInt32, isEncrypted: Bool, at now: Duration) {
        self.sessionID = sessionID
        self.isEncrypted = isEncrypted
        startedAt = now
        floodedTo = now
    }

    var waiting: Int { buffer.count }

    /// Queues what the machine printed.
    mutating func print(_ bytes: [UInt8]) {
        buffer += bytes
        if buffer.count > Self.capacity { buffer.removeFirst(buffer.count - Self.capacity) }
    }

    /// Takes a packet of the console: what was typed, and whether a break is asked for.
    mutating func receive(_ packet: SOLPacket) -> (typed: [UInt8], isBreak: Bool) {
        if let waiting = pending, packet.acknowledged == waiting.sequence {
            let taken = min(Int(packet.accepted), waiting.data.count)
            // What was not taken goes out again, with a number of its own.
            if taken < waiting.data.count { buffer = waiting.data[taken...] + buffer }
            pending = nil
        }
        if packet.flags & SOLPacket.flushOutbound != 0 { buffer = [] }
        guard packet.sequence != 0 else { return ([], packet.flags & SOLPacket.makeBreak != 0) }
        let isNew = packet.sequence != lastReceived
        lastReceived = packet.sequence
        acknowledgement = (packet.sequence, UInt8(clamping: packet.data.count))
        return isNew ? (packet.data, packet.flags & SOLPacket.makeBreak != 0) : ([], false)
    }

    /// The next packet, if there is anything to say.
    mutating func next(at now: Duration) -> SOLPacket? {
        var packet = SOLPacket()
        if pending == nil, !buffer.isEmpty {
            packet.data = Array(buffer.prefix(Self.characters))
            buffer.removeFirst(packet.data.count)
            sequence = sequence % 15 + 1
            packet.sequence = sequence
            pending = Pending(sequence: sequence, data: packet.data, sentAt: now, tries: 1)
        } else if acknowledgement == nil {
            return nil
        }
        if let taken = acknowledgement { (packet.acknowledged, packet.accepted) = taken }
        acknowledgement = nil
        return packet
    }

    /// The packet that waits, when it is time to send it once more; after the last try it is given up.
    mutating func again(at now: Duration, interval: Duration, tries: Int) -> SOLPacket? {
        guard var waiting = pending, now - waiting.sentAt >= interval else { return nil }
        guard waiting.tries <= tries else {
            pending = nil
            return nil
        }
        waiting.tries += 1
        waiting.sentAt = now
        pending = waiting
        var packet = SOLPacket()
        (packet.sequence, packet.data) = (waiting.sequence, waiting.data)
        return packet
    }
}
