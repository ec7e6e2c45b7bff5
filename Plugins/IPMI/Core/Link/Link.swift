// SPDX-License-Identifier: GPL-3.0-or-later

/// One RMCP+ session as a state machine without a socket: packets and times go in, packets and events come out.
///
/// It belongs to one thread at a time. Commands go out one at a time; each is sent again until its answer comes or
/// `patience` is over.
final class Link {
    enum Event {
        /// The session is open.
        case ready
        /// It could not be opened, or is lost.
        case failed(LinkFailure)
        /// The answer to the command sent last.
        case answer(Command, Reply)
        /// A serial-over-LAN payload.
        case serial([UInt8])
    }

    private enum State {
        case new, opening, proving, finishing, raising, ready, ended
    }

    typealias Instant = ContinuousClock.Instant

    /// Forgotten, and thereby wiped, once the session is open.
    private var credentials: LinkCredentials?
    private var handshake: LinkHandshake
    private let raisesPrivilege: Bool
    /// The session has the privilege it was opened for; until then only what a user may do.
    private(set) var isRaised = false
    private var keys: LinkKeys?
    private var state = State.new
    private let tag = RandomBytes.make(1)[0]
    private var isClosed = false
    private var sequence: UInt32 = 0
    private var window = SequenceWindow()
    private var requestSequence: UInt8 = 0

    // What waits for an answer.
    private var waiting: Waiting?
    private struct Waiting {
        /// Nil for a message of the login, which is sent again as it is.
        var command: Command?
        var packet: [UInt8]
        /// Sequence numbers of all copies sent, and when.
        var copies: [(sequence: UInt8, at: Instant)] = []
        var begin: Instant
        var next: Instant
        var interval: Duration
        /// The BMC has passed the command on to another controller at this moment.
        var passedOn: Instant?
    }

    /// How long another controller may take over a command that the BMC has passed on; the BMC itself is well then.
    private static let bridgePatience: Duration = .milliseconds(1500)

    /// The privilege is named in the Open Session request; otherwise the highest is asked for, and what the BMC grants is
    /// checked.
    var asksForPrivilege = true
    /// Checksums inside messages are checked; the packet's authentication code always is.
    var checksMessages = true
    /// Packets to send, oldest first; the owner takes them out.
    var output: [[UInt8]] = []
    /// How long a message may stay without an answer.
    var patience: Duration = .seconds(8)
    /// When the first copy goes out again; later intervals are longer by half, at most 800 milliseconds.
    var interval: Duration = .milliseconds(300)
    /// How long an answer took of late.
    private(set) var roundTrip: Duration?
    /// The local port the session was opened from, marked as in use for as long as the link lives.
    var livePort: LivePort?
    /// When a packet of the session came last.
    private(set) var heard: Instant?

    /// `privilege` is asked for at login; with `raising` it is also taken, which reading does not need.
    init(_ credentials: LinkCredentials, suite: LinkSuite, privilege: UInt8, raising: Bool) {
        self.credentials = credentials
        raisesPrivilege = raising
        var id: UInt32 = 0
        while id == 0 { id = LinkPacket.number32(RandomBytes.make(4), 0) }
        handshake = LinkHandshake(
            suite: suite, role: 0x10 | privilege, username: credentials.username, consoleID: id,
            consoleRandom: RandomBytes.make(16))
    }

    /// When to repeat a request: six round trips, between 150 and 400 milliseconds, later with a slow BMC.
    var usualInterval: Duration {
        let trip = roundTrip ?? .milliseconds(67)
        return min(max(trip * 6, .milliseconds(150)), max(trip * 3 / 2, .milliseconds(400)))
    }
    /// Our number of the session, which the BMC's packets carry.
    var consoleID: UInt32 { handshake.consoleID }
    /// The BMC's number of the session.
    var bmcID: UInt32 { handshake.bmcID }
    /// The privilege the session was opened for.
    var privilege: UInt8 { handshake.role & 0x0f }
    /// The cipher suite's number.
    var suite: UInt8 { handshake.suite.id }
    var isReady: Bool { state == .ready }
    var isIdle: Bool { state == .ready && waiting == nil }
    /// When `tick` is wanted next.
    var timer: Instant? { waiting?.next }

    /// Begins the login.
    func open(_ now: Instant) {
        guard state == .new else { return }
        state = .opening
        var payload: [UInt8] =
            [tag, asksForPrivilege ? handshake.role & 0x0f : 0, 0, 0] + LinkPacket.bytes32(handshake.consoleID)
        for (kind, algorithm) in handshake.suite.algorithms.enumerated() {
            payload += [UInt8(truncatingIfNeeded: kind), 0, 0, 8, algorithm, 0, 0, 0]
        }
        ask(LinkPacket.plain(LinkPacket.Payload.openSessionRequest, payload), now)
    }

    /// Sends a command; only when the link `isIdle`.
    func send(_ command: Command, _ now: Instant) {
        guard state == .ready || state == .raising, waiting == nil else { return }
        waiting = Waiting(
            command: command, packet: [], begin: now, next: now + interval, interval: interval)
        transmit(command, now)
    }

    /// Sends a serial-over-LAN payload, once.
    func sendSerial(_ payload: [UInt8]) {
        guard state == .ready else { return }
        emit(LinkPacket.Payload.serial, payload)
    }

    /// Says good-bye without waiting for an answer.
    func close() {
        if keys != nil, !isClosed {
            isClosed = true
            let command = Command.closeSession(id: handshake.bmcID)
            requestSequence = (requestSequence + 1) & 0x3f
            emit(LinkPacket.Payload.ipmi, LinkMessage.request(command, sequence: requestSequence))
        } else if state == .proving || state == .finishing {
            giveUp(0x01)
        }
        state = .ended
        waiting = nil
    }

    /// Sends again what has waited long enough.
    func tick(_ now: Instant) -> [Event] {
        guard var item = waiting, item.next <= now else { return [] }
        if let command = item.command, let passedOn = item.passedOn,
            passedOn.duration(to: now) >= Self.bridgePatience
        {
            waiting = nil
            return [.answer(command, .refused(CompletionCode(command, CompletionCode.timedOut)))]
        }
        guard item.begin.duration(to: now) < patience else { return fail(.silent) }
        item.interval = max(item.interval, min(item.interval * 3 / 2, .milliseconds(800)))
        item.next = now + item.interval
        waiting = item
        if let command = item.command { transmit(command, now) } else { output.append(item.packet) }
        return []
    }

    /// Takes a packet; what is not part of this session is ignored.
    func receive(_ packet: [UInt8], _ now: Instant) -> [Event] {
        guard let head = LinkPacket.Head(packet) else { return [] }
        let payload = Array(packet[head.payload])
        switch (state, head.type) {
        case (.opening, LinkPacket.Payload.openSessionResponse): return opened(payload, now)
        case (.proving, LinkPacket.Payload.rakp2): return proved(payload, now)
        case (.finishing, LinkPacket.Payload.rakp4): return finished(payload, now)
        case (.ready, _), (.raising, _):
            guard let keys, head.session == handshake.consoleID, let text = LinkPacket.open(packet, head, keys),
                window.accept(head.sequence)
            else { return [] }
            heard = now
            if head.type == LinkPacket.Payload.serial { return [.serial(text)] }
            return head.type == LinkPacket.Payload.ipmi ? answered(text, now) : []
        default: return []
        }
    }

    private func opened(_ payload: [UInt8], _ now: Instant) -> [Event] {
        guard payload.count >= 2, payload[0] == tag else { return [] }
        guard payload[1] == 0 else { return fail(.status(payload[1])) }
        guard payload.count >= 36, LinkPacket.number32(payload, 4) == handshake.consoleID else {
            return fail(.nonsense)
        }
        guard [payload[16], payload[24], payload[32]].map({ $0 & 0x3f }) == handshake.suite.algorithms else {
            return fail(.otherSuite)
        }
        guard asksForPrivilege || payload[2] & 0x0f >= handshake.role & 0x0f else { return fail(.lowPrivilege) }
        handshake.bmcID = LinkPacket.number32(payload, 8)
        state = .proving
        let username = handshake.username
        let message =
            [tag, 0, 0, 0] + LinkPacket.bytes32(handshake.bmcID) + handshake.consoleRandom + [handshake.role, 0, 0]
            + [UInt8(truncatingIfNeeded: username.count)] + username
        ask(LinkPacket.plain(LinkPacket.Payload.rakp1, message), now)
        return []
    }

    private func proved(_ payload: [UInt8], _ now: Instant) -> [Event] {
        guard payload.count >= 2, payload[0] == tag else { return [] }
        guard payload[1] == 0 else { return fail(.status(payload[1])) }
        guard payload.count >= 40, LinkPacket.number32(payload, 4) == handshake.consoleID else {
            return fail(.nonsense)
        }
        handshake.bmcRandom = Array(payload[8..<24])
        handshake.bmcGUID = Array(payload[24..<40])
        guard let credentials, let key = KeyedHash(handshake.suite.hash, key: credentials.userKey) else {
            return fail(.crypto)
        }
        let expected = handshake.rakp2Code(key)
        guard payload.count >= 40 + expected.count else { return fail(.nonsense) }
        guard Array(payload[40..<40 + expected.count]) == expected else {
            giveUp(0x0f)
            return fail(.wrongPassword)
        }
        state = .finishing
        let message = [tag, 0, 0, 0] + LinkPacket.bytes32(handshake.bmcID) + handshake.rakp3Code(key)
        ask(LinkPacket.plain(LinkPacket.Payload.rakp3, message), now)
        return []
    }

    private func finished(_ payload: [UInt8], _ now: Instant) -> [Event] {
        guard payload.count >= 2, payload[0] == tag else { return [] }
        guard payload[1] == 0 else { return fail(.status(payload[1])) }
        guard let credentials, let bmcKey = KeyedHash(handshake.suite.hash, key: credentials.bmcKey),
            let sessionKey = KeyedHash(handshake.suite.hash, key: handshake.sessionKey(bmcKey)),
            let keys = LinkKeys(handshake.suite, sessionKey: sessionKey)
        else { return fail(.crypto) }
        let expected = handshake.rakp4Code(sessionKey)
        guard payload.count >= 8 + expected.count, Array(payload[8..<8 + expected.count]) == expected else {
            return fail(.wrongPassword)
        }
        self.keys = keys
        self.credentials = nil
        waiting = nil
        heard = now
        guard raisesPrivilege else {
            state = .ready
            return [.ready]
        }
        state = .raising
        send(.setSessionPrivilege(handshake.role & 0x0f), now)
        return []
    }

    private func answered(_ message: [UInt8], _ now: Instant) -> [Event] {
        guard let item = waiting, let command = item.command,
            let answer = LinkMessage.answer(message, to: command, checked: checksMessages)
        else { return [] }
        switch answer {
        case .passedOn(let sequence):
            if item.passedOn == nil, item.copies.contains(where: { $0.sequence == sequence }) {
                waiting?.passedOn = now
            }
            return []
        case .done(let sequence, let code, let data):
            guard let copy = item.copies.last(where: { $0.sequence == sequence }) else { return [] }
            return answered(command, copy.at, code, data, now)
        }
    }

    private func answered(
        _ command: Command, _ sentAt: Instant, _ code: UInt8, _ data: [UInt8], _ now: Instant
    ) -> [Event] {
        waiting = nil
        let took = sentAt.duration(to: now)
        roundTrip = roundTrip.map { ($0 * 7 + took) / 8 } ?? took
        let reply = code == 0 ? Reply.data(data) : .refused(CompletionCode(command, code, data))
        if command == .setSessionPrivilege(handshake.role & 0x0f), code == 0 { isRaised = true }
        guard state == .raising else { return [.answer(command, reply)] }
        if case .refused(let code) = reply { return fail(.refused(code)) }
        state = .ready
        isRaised = true
        return [.ready]
    }

    /// Takes the privilege the session was opened for, if that was left out at login; the answer is an event as for every
    /// command.
    func raise(_ now: Instant) { send(.setSessionPrivilege(handshake.role & 0x0f), now) }

    /// Tells the BMC that the login is not gone on with, so that it can forget it (IPMI 2.0, section 13.22).
    private func giveUp(_ status: UInt8) {
        let message: [UInt8] = [tag, status, 0, 0] + LinkPacket.bytes32(handshake.bmcID)
        output.append(LinkPacket.plain(LinkPacket.Payload.rakp3, message))
    }

    private func fail(_ failure: LinkFailure) -> [Event] {
        state = .ended
        waiting = nil
        return [.failed(failure)]
    }

    private func ask(_ packet: [UInt8], _ now: Instant) {
        waiting = Waiting(
            command: nil, packet: packet, begin: now, next: now + interval, interval: interval)
        output.append(packet)
    }

    private func transmit(_ command: Command, _ now: Instant) {
        requestSequence = (requestSequence + 1) & 0x3f
        waiting?.copies.append((requestSequence, now))
        emit(LinkPacket.Payload.ipmi, LinkMessage.request(command, sequence: requestSequence))
    }

    private func emit(_ type: UInt8, _ payload: [UInt8]) {
        guard let keys else { return }
        sequence = sequence == .max ? 1 : sequence + 1
        output.append(
            LinkPacket.sealed(type, payload, session: handshake.bmcID, sequence: sequence, keys))
    }
}

/// Which sequence numbers came already: none twice, none far behind the highest (IPMI 2.0, section 6.12.13).
struct SequenceWindow: Equatable {
    private var highest: UInt32 = 0
    private var seen: UInt32 = 0

    /// True for a number that is new.
    mutating func accept(_ number: UInt32) -> Bool {
        if number > highest {
            let step = number - highest
            seen = step < 32 ? seen << step | 1 : 1
            highest = number
            return true
        }
        let behind = highest - number
        guard number != 0, behind < 32, seen >> behind & 1 == 0 else { return false }
        seen |= 1 << behind
        return true
    }
}
