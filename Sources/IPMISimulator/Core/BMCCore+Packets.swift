// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// Packets in and out of sessions.
extension BMCCore {
    /// An IPMI 1.5 packet: only what is asked before a session is answered, for sessions of IPMI 1.5 are not offered.
    mutating func plain(_ packet: PlainPacket, at now: Duration) -> [UInt8]? {
        guard packet.sessionID == 0, packet.authenticationType == 0, let message = LANMessage(packet.message),
            let answer = execute(message, session: nil, at: now)
        else { return nil }
        return PlainPacket.encode(message: answer)
    }

    mutating func plus(_ packet: PlusPacket, from peer: Peer, at now: Duration) -> [BMCAction] {
        if packet.sessionID == 0 {
            guard !packet.isAuthenticated, !packet.isEncrypted else { return [] }
            guard let (type, answer) = unbound(packet, from: peer, at: now) else { return [] }
            return [.send(PlusPacket.encode(type: type, payload: answer), to: peer)]
        }
        guard var session = sessions[packet.sessionID], session.stage == .active,
            let payload = session.open(packet)
        else { return [] }
        if let expiry = faults.present("session-expiry"), now - session.openedAt >= expiry.time(),
            faults.strikes("session-expiry") != nil
        {
            lose(session.id)
            return []
        }
        session.lastSeen = now
        session.peer = peer
        sessions[session.id] = session
        switch packet.payloadType {
        case PayloadType.ipmi: return message(payload, session: session.id, at: now)
        case PayloadType.sol: return serial(payload, session: session.id, isEncrypted: packet.isEncrypted, at: now)
        default: return []
        }
    }

    /// A packet of no session: its answer's type and payload.
    private mutating func unbound(_ packet: PlusPacket, from peer: Peer, at now: Duration) -> (UInt8, [UInt8])? {
        switch packet.payloadType {
        case PayloadType.openSessionRequest:
            return openSession(packet.payload, from: peer, at: now).map { (PayloadType.openSessionResponse, $0) }
        case PayloadType.rakp1:
            return rakp1(packet.payload, from: peer, at: now).map { (PayloadType.rakp2, $0) }
        case PayloadType.rakp3:
            return rakp3(packet.payload, from: peer, at: now).map { (PayloadType.rakp4, $0) }
        case PayloadType.ipmi:
            guard let message = LANMessage(packet.payload) else { return nil }
            return execute(message, session: nil, at: now).map { (PayloadType.ipmi, $0) }
        default: return nil
        }
    }

    private mutating func message(_ payload: [UInt8], session id: UInt32, at now: Duration) -> [BMCAction] {
        guard let request = LANMessage(payload), let peer = sessions[id]?.peer else { return [] }
        guard let answer = execute(request, session: id, at: now) else { return [] }
        var actions: [BMCAction] = []
        if let packet = seal(answer, type: PayloadType.ipmi, session: id) { actions.append(.send(packet, to: peer)) }
        switch afterAnswer {
        case .close(let id)?:
            statistics.sessionsClosed += 1
            remove(id)
        case .restart(let time)?: restart(for: time, at: now)
        case nil: break
        }
        afterAnswer = nil
        return actions
    }

    /// A packet of a session, with the faults of the IPMI wire.
    mutating func seal(_ payload: [UInt8], type: UInt8, isEncrypted: Bool = true, session id: UInt32) -> [UInt8]? {
        let vector = isEncrypted ? randomBytes(16) : []
        guard var session = sessions[id] else { return nil }
        let wrong: UInt32? =
            type == PayloadType.ipmi && faults.strikes("wrong-session-id") != nil ? session.consoleID ^ 0x5A5A : nil
        var packet = session.seal(payload, type: type, isEncrypted: isEncrypted, vector: vector, sessionID: wrong)
        sessions[id] = session
        if type == PayloadType.ipmi, !packet.isEmpty, faults.strikes("wrong-auth-code") != nil {
            packet[packet.count - 1] ^= 0xFF
        }
        return packet
    }

    /// Carries a message's command out; nil when nothing is answered.
    private mutating func execute(_ message: LANMessage, session: UInt32?, at now: Duration) -> [UInt8]? {
        guard message.responder == 0x20, message.networkFunction & 1 == 0 else { return nil }
        let current = session.flatMap { sessions[$0] }
        let request = IPMIRequest(
            networkFunction: message.networkFunction, command: message.command, lun: message.responderLUN,
            data: message.data, privilege: current?.privilege,
            user: current.map { String(decoding: $0.exchange.userName, as: UTF8.self) })
        guard let response = execute(request, session: session, at: now) else { return nil }
        guard session != nil else { return message.answer(response) }
        let sequence = faults.strikes("wrong-sequence").map { _ in message.sequence ^ 0x15 }
        var answer = message.answer(response, sequence: sequence)
        if faults.strikes("wrong-checksum") != nil { answer[answer.count - 1] ^= 0x5A }
        return answer
    }
}
