// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// Session set-up: Open Session and RAKP messages 1 to 4 (IPMI 2.0 sections 13.17 to 13.24).
extension BMCCore {
    /// The system's GUID as IPMI sends it: the last byte first (section 20.8).
    var guid: [UInt8] { chassis.chassis.snapshot.identity.uuid.reversed() }

    /// The most sessions there may be now.
    private var sessionLimit: Int {
        faults.present("session-limit").map { max(0, $0.whole("count")) } ?? configuration.sessionLimit
    }

    mutating func openSession(_ payload: [UInt8], from peer: Peer, at now: Duration) -> [UInt8]? {
        guard payload.count >= 8 else { return nil }
        var reader = ByteReader(payload)
        guard let tag = reader.byte(), let asked = reader.byte(), reader.bytes(2) != nil, let console = reader.double()
        else { return nil }
        func refuse(_ status: UInt8) -> [UInt8] { [tag, status, 0, 0] + console.wire }
        guard payload.count >= 32, console != 0, asked & 0x0F <= Privilege.oem.rawValue else {
            return refuse(RAKPStatus.illegalParameter)
        }
        guard let suite = chooseSuite(payload) else { return refuse(RAKPStatus.noCipherSuiteMatch) }
        // A request that comes again, since its answer was lost, opens nothing new.
        let again = sessions.values.first { $0.consoleID == console && $0.peer == peer && $0.stage == .opened }
        guard let session = again ?? makeSession(console, suite: suite, peer: peer, at: now) else {
            return refuse(RAKPStatus.noResources)
        }
        let privilege =
            has(.openSessionPrivilege)
            ? asked & 0x0F : asked & 0x0F == 0 ? channel.limit.rawValue : min(asked & 0x0F, channel.limit.rawValue)
        return [tag, RAKPStatus.success, privilege, 0] + console.wire + session.id.wire
            + [0x00, 0, 0, 8, suite.authentication, 0, 0, 0] + [0x01, 0, 0, 8, suite.integrity, 0, 0, 0]
            + [0x02, 0, 0, 8, suite.confidentiality, 0, 0, 0]
    }

    /// The suite that fits the three proposals; a proposal of length 0 leaves the choice to the BMC.
    private func chooseSuite(_ payload: [UInt8]) -> CipherSuite? {
        let proposals = [8, 16, 24].map { payload[$0 + 3] == 0 ? nil : payload[$0 + 4] & 0x3F }
        let offered = configuration.cipherSuites.compactMap(CipherSuite.init)
        if has(.cipher3Only) {
            return proposals[0] == nil || [0x01, 0x03].contains(proposals[0]) ? .three : nil
        }
        return offered.last { suite in
            [suite.authentication, suite.integrity, suite.confidentiality].enumerated().allSatisfy {
                proposals[$0.offset] == nil || proposals[$0.offset] == $0.element
            }
        }
    }

    private mutating func makeSession(
        _ console: UInt32, suite: CipherSuite, peer: Peer, at now: Duration
    ) -> Session? {
        guard sessions.count < min(sessionLimit, 63) else { return nil }
        let used = Set(sessions.values.map(\.handle))
        guard let handle = (UInt8(1)...63).first(where: { !used.contains($0) }) else { return nil }
        var id: UInt32
        repeat { id = UInt32(truncatingIfNeeded: random.next()) } while id == 0 || sessions[id] != nil
        let session = Session(
            id: id, consoleID: console, handle: handle, suite: suite, peer: peer, guid: guid, at: now)
        sessions[id] = session
        statistics.sessionsOpen = sessions.count
        statistics.sessionsPeak = max(statistics.sessionsPeak, sessions.count)
        return session
    }

    mutating func rakp1(_ payload: [UInt8], from peer: Peer, at now: Duration) -> [UInt8]? {
        var reader = ByteReader(payload)
        guard let tag = reader.byte(), reader.bytes(3) != nil, let id = reader.double(), let nonce = reader.bytes(16),
            let role = reader.byte(), reader.bytes(2) != nil, let length = reader.byte()
        else { return nil }
        guard var session = sessions[id], session.stage != .active else { return nil }
        func refuse(_ status: UInt8) -> [UInt8] { [tag, status, 0, 0] + session.consoleID.wire }
        session.peer = peer
        session.lastSeen = now
        let isRepeated = session.stage == .challenged && session.exchange.consoleRandom == nonce
        if !isRepeated { statistics.loginsTried += 1 }
        if let status = faults.strikes("rakp-status") {
            fail(id)
            return refuse(UInt8(clamping: status.whole("code")))
        }
        guard length <= 16, let name = reader.bytes(Int(length)) else {
            fail(id)
            return refuse(RAKPStatus.invalidNameLength)
        }
        guard let (number, account, limit) = login(name, role: role) else {
            fail(id)
            return refuse(
                find(name) == nil ? RAKPStatus.unauthorisedName : RAKPStatus.unauthorisedRole)
        }
        if !isRepeated {
            if let lockout = faults.present("auth-lockout"), (failures[number] ?? 0) >= lockout.whole("count") {
                fail(id)
                return refuse(RAKPStatus.unauthorisedName)
            }
            failures[number] = (failures[number] ?? 0) + 1
            session.exchange.consoleRandom = nonce
            session.exchange.bmcRandom = randomBytes(16)
        }
        session.stage = .challenged
        session.exchange.role = role
        session.exchange.userName = name
        session.userID = number
        session.limit = limit
        sessions[id] = session
        let answer =
            [tag, RAKPStatus.success, 0, 0] + session.consoleID.wire + session.exchange.bmcRandom
            + session.exchange.guid + session.exchange.code2(session.suite.hash, userKey: account.password)
        return faults.strikes("rakp-truncated") == nil ? answer : Array(answer.prefix(answer.count / 2))
    }

    /// The first user of that name who may log in at all.
    private func find(_ name: [UInt8]) -> (UInt8, UserAccount)? {
        users.sorted { $0.key < $1.key }.first { number, account in
            account.name == name && account.isEnabled && account.isMessagingEnabled
        }.map { ($0.key, $0.value) }
    }

    /// The user, and what a session of this role may be raised to; nil when there is none that may.
    private func login(_ name: [UInt8], role: UInt8) -> (UInt8, UserAccount, Privilege)? {
        guard let asked = Privilege(rawValue: role & 0x0F), let (number, account) = find(name),
            let limit = account.limit, asked <= limit, asked <= channel.limit
        else { return nil }
        return (number, account, asked)
    }

    private mutating func fail(_ id: UInt32) {
        statistics.loginsFailed += 1
        remove(id)
    }

    mutating func rakp3(_ payload: [UInt8], from peer: Peer, at now: Duration) -> [UInt8]? {
        var reader = ByteReader(payload)
        guard let tag = reader.byte(), let status = reader.byte(), reader.bytes(2) != nil, let id = reader.double(),
            var session = sessions[id], session.stage != .opened, let account = users[session.userID]
        else { return nil }
        let code = reader.rest()
        let hash = session.suite.hash
        func refuse(_ status: UInt8) -> [UInt8] { [tag, status, 0, 0] + session.consoleID.wire }
        guard status == RAKPStatus.success else {
            // The console gives up and expects no answer.
            if session.stage == .challenged { fail(id) }
            return nil
        }
        guard code == session.exchange.code3(hash, userKey: account.password) else {
            if session.stage == .challenged { fail(id) }
            return refuse(RAKPStatus.invalidCheckValue)
        }
        if session.stage == .challenged {
            session.sessionKey = session.exchange.sessionKey(
                hash, bmcKey: bmcKey.contains { $0 != 0 } ? bmcKey : account.password)
            session.keys = SessionKeys(hash, sessionKey: session.sessionKey)
            session.stage = .active
            session.privilege = min(.user, session.limit)
            failures[session.userID] = nil
            statistics.sessionsOpened += 1
            let active = sessions.values.count { $0.stage == .active && $0.id != id } + 1
            statistics.sessionsActivePeak = max(statistics.sessionsActivePeak, active)
        }
        session.peer = peer
        session.lastSeen = now
        sessions[id] = session
        return [tag, RAKPStatus.success, 0, 0] + session.consoleID.wire
            + session.exchange.code4(hash, sessionKey: session.sessionKey)
    }
}
