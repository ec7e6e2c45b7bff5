// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// A BMC: datagrams, their senders and the time in; datagrams out. Written from IPMI 2.0 revision 1.1.
struct BMCCore {
    /// How long a session may take from its request to RAKP message 3.
    static let handshakeTime = Duration.seconds(10)

    let configuration: IPMIServer.Configuration
    let chassis: FaultyChassis
    /// The port that clients reach it on.
    var port: UInt16 = 623
    var statistics = IPMIStatistics()
    var random: SeededRandom

    var sessions: [UInt32: Session] = [:]
    /// Log-ins since the last success, by user number.
    var failures: [UInt8: Int] = [:]
    /// The BMC restarts until then.
    var awayUntil: Duration?
    /// When a firmware update was met first.
    var updateSince: Duration?

    var users: [UInt8: UserAccount] = [:]
    var bmcKey: [UInt8]
    /// K_R.
    var randomKey: [UInt8] = []
    var channel = ChannelAccess()
    var boot = BootOptions()
    var restorePolicy: UInt8 = 0
    var restartCause: UInt8 = 0
    var lastPowerOnByCommand = false
    var watchdog = Watchdog()
    var log = LogState()
    var sdr = SDRState()
    var hysteresis: [UInt8: [UInt8]] = [:]
    /// What was written to FRU inventories, by device and offset.
    var fruWrites: [UInt8: [Int: UInt8]] = [:]
    /// Parameters that were set and are not what they are by themselves.
    var lanParameters: [UInt8: [UInt8]] = [:]
    var solParameters: [UInt8: [UInt8]] = [:]
    var sol: SOLLink?
    var console: BuiltInConsole?

    /// What follows once the answer is on its way.
    enum AfterAnswer {
        case close(UInt32)
        case restart(Duration)
    }
    var afterAnswer: AfterAnswer?
    /// Packets that are to be sent beside the answer.
    var outbox: [BMCAction] = []

    var faults: FaultInjector { chassis.faults }

    init(_ configuration: IPMIServer.Configuration, chassis: FaultyChassis) {
        self.configuration = configuration
        self.chassis = chassis
        random = SeededRandom(seed: configuration.seed ?? UInt64.random(in: .min ... .max))
        bmcKey = Array(configuration.bmcKey.prefix(20))
        let first = IPMIServer.User(
            name: configuration.user, password: configuration.password, privilege: configuration.privilege)
        users[1] = UserAccount()
        for (number, user) in zip(UInt8(2)...Self.userCount, [first] + configuration.otherUsers) {
            users[number] = UserAccount(
                name: Array(user.name.utf8.prefix(16)), password: Array(user.password.utf8.prefix(20)),
                isEnabled: true, limit: user.privilege, isMessagingEnabled: true, isLinkEnabled: true)
        }
        switch configuration.console {
        case .bootLog: console = BuiltInConsole(echoesOnly: false)
        case .echo: console = BuiltInConsole(echoesOnly: true)
        case .backend: console = nil
        }
    }

    func has(_ behaviour: Behaviour) -> Bool { configuration.behaviours.contains(behaviour) }

    mutating func randomBytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let word = random.next()
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return Array(bytes.prefix(count))
    }

    // MARK: Time

    /// Takes one datagram.
    mutating func receive(_ bytes: [UInt8], from peer: Peer, at now: Duration) -> [BMCAction] {
        var actions = advance(to: now)
        guard awayUntil == nil, let datagram = RMCPDatagram(bytes) else { return actions }
        switch datagram {
        case .ping(let tag): actions.append(.send(RMCPDatagram.pong(tag: tag), to: peer))
        case .plain(let packet):
            if let answer = plain(packet, at: now) { actions.append(.send(answer, to: peer)) }
        case .plus(let packet): actions += plus(packet, from: peer, at: now)
        }
        return actions + consoleOutput(at: now)
    }

    /// Lets the time pass: sessions that end, the watchdog, packets that are sent again, what the console prints.
    mutating func advance(to now: Duration) -> [BMCAction] {
        if let until = awayUntil, until <= now { awayUntil = nil }
        expireSessions(at: now)
        runWatchdog(at: now)
        return awayUntil == nil ? consoleOutput(at: now) : []
    }

    /// Ends the sessions that have been silent for too long.
    mutating func expireSessions(at now: Duration) {
        for session in sessions.values {
            let patience = session.stage == .active ? configuration.inactivity : Self.handshakeTime
            guard now - session.lastSeen >= patience else { continue }
            if session.stage == .challenged { statistics.loginsFailed += 1 }
            if session.stage != .active { statistics.loginsExpired += 1 }
            lose(session.id)
        }
    }

    /// When something happens by itself next.
    func nextWake(after now: Duration) -> Duration? {
        [watchdog.expiresAt, sol == nil ? nil : solWake(after: now)].compactMap { $0 }.min()
    }

    // MARK: Sessions that end

    mutating func remove(_ id: UInt32) {
        guard sessions.removeValue(forKey: id) != nil else { return }
        statistics.sessionsOpen = sessions.count
        if sol?.sessionID == id { sol = nil }
    }

    mutating func lose(_ id: UInt32) {
        if sessions[id]?.stage == .active { statistics.sessionsLost += 1 }
        remove(id)
    }

    /// The host loses the link to a BMC that is reset, where it cannot live without it.
    func stallHost() {
        if configuration.resetStallsHost { chassis.chassis.stall() }
    }

    /// Restarts the BMC: it is away for some time and forgets its sessions.
    mutating func restart(for time: Duration, at now: Duration) {
        for id in sessions.keys { lose(id) }
        failures = [:]
        watchdog = Watchdog()
        log.reservation = 0
        sdr.reservation = 0
        awayUntil = now + time
    }
}
