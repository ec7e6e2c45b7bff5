// SPDX-License-Identifier: GPL-3.0-or-later

/// Serial over LAN as a state machine without a socket (IPMI 2.0, section 15): bytes of the console and payloads of the BMC
/// go in, payloads and bytes come out.
///
/// One packet with bytes is under way at a time; it is sent again until the BMC acknowledges it. While nobody takes the
/// bytes that came, the BMC is asked to pause.
struct SerialChannel {
    typealias Instant = ContinuousClock.Instant

    /// Bits of the fourth byte of a payload.
    private enum Bit {
        // To the BMC.
        static let pause: UInt8 = 0x08
        // From the BMC.
        static let nack: UInt8 = 0x40
        static let unavailable: UInt8 = 0x20
        static let deactivated: UInt8 = 0x10
    }

    /// The most bytes of a packet to the BMC.
    let packetSize: Int
    /// Bytes of the console that wait for their turn.
    private(set) var outbound: [UInt8] = []
    private var offset = 0
    private var sequence: UInt8 = 0
    private var flight: (sequence: UInt8, count: Int, begin: Instant, next: Instant)?
    private var lastReceived: (sequence: UInt8, count: Int) = (0, 0)
    private var isPausing = false
    /// The BMC ended the session.
    private(set) var hasEnded = false
    /// Payloads to send.
    var output: [[UInt8]] = []
    /// Bytes for the console.
    var inbound: [UInt8] = []

    static let retryInterval: Duration = .milliseconds(500)
    /// A packet without acknowledgement for so long ends the console.
    static let patience: Duration = .seconds(20)
    /// From so many untaken bytes on the BMC is asked to pause; from four times as many on its bytes are not acknowledged.
    static let highWater = 262_144

    init(packetSize: Int) {
        self.packetSize = min(max(packetSize, 1), 240)
    }

    /// Bytes that are not acknowledged yet.
    var waitingCount: Int { outbound.count - offset }

    /// When `tick` is wanted next.
    var timer: Instant? { flight?.next }

    /// Takes bytes typed at the console.
    mutating func type(_ bytes: some Collection<UInt8>, _ now: Instant) {
        outbound += bytes
        sendNext(now)
    }

    /// Takes a payload of the BMC.
    mutating func receive(_ payload: [UInt8], _ now: Instant) {
        guard payload.count >= 4 else { return }
        if payload[3] & Bit.deactivated != 0 { hasEnded = true }
        acknowledged(payload, now)
        let number = payload[0] & 0x0f
        guard number != 0 else { return }
        let characters = payload.dropFirst(4)
        guard inbound.count < 4 * Self.highWater else { return }
        // A packet that comes again may have grown; what was taken of it before is not taken twice.
        let known = number == lastReceived.sequence ? min(lastReceived.count, characters.count) : 0
        inbound += characters.dropFirst(known)
        lastReceived = (number, characters.count)
        isPausing = inbound.count >= Self.highWater
        output.append([0, number, UInt8(clamping: characters.count), isPausing ? Bit.pause : 0])
        sendNext(now)
    }

    /// Says how many of the inbound bytes were taken.
    mutating func took(_ count: Int) {
        inbound.removeFirst(min(count, inbound.count))
        guard isPausing, inbound.count < Self.highWater / 2 else { return }
        isPausing = false
        output.append([0, 0, 0, 0])
    }

    /// Sends again what waited long enough.
    mutating func tick(_ now: Instant) {
        guard let item = flight, item.next <= now else { return }
        guard item.begin.duration(to: now) < Self.patience else {
            hasEnded = true
            return
        }
        flight?.next = now + Self.retryInterval
        transmit(item.sequence, item.count)
    }

    private mutating func acknowledged(_ payload: [UInt8], _ now: Instant) {
        guard let item = flight, payload[1] & 0x0f == item.sequence else { return }
        let accepted = min(Int(payload[2]), item.count)
        guard payload[3] & (Bit.nack | Bit.unavailable) == 0 || accepted > 0 else {
            // Not now: the same bytes again after the interval, in the time that is left to them.
            flight?.next = now + Self.retryInterval
            return
        }
        offset += accepted
        flight = nil
        if offset > 65_536 || offset == outbound.count {
            outbound.removeFirst(offset)
            offset = 0
        }
        sendNext(now)
    }

    private mutating func sendNext(_ now: Instant) {
        guard flight == nil, waitingCount > 0 else { return }
        sequence = sequence % 15 + 1
        let count = min(waitingCount, packetSize)
        flight = (sequence, count, now, now + Self.retryInterval)
        transmit(sequence, count)
    }

    private mutating func transmit(_ number: UInt8, _ count: Int) {
        output.append([number, 0, 0, isPausing ? Bit.pause : 0] + outbound[offset..<offset + count])
    }
}
