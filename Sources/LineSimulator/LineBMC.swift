// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Synchronization

/// What the connections of one practice BMC share: its machine, its sessions, and when it is away.
final class LineBMC: Sendable {
    struct Session {
        let privilege: LinePrivilege
        let since: Duration
    }

    private struct State {
        var sessions: [Int: Session] = [:]
        /// Sessions that were ended and still count.
        var leaked = 0
        var lastSession = 0
        var failures = 0
        /// Back from a restart at this time.
        var backAt: Duration?
        var updateSince: Duration?
        var hangs = false
        var statistics = LineStatistics()
    }

    /// What becomes of a request before it is looked at.
    enum Gate: Equatable {
        case pass
        case silent
        case restart
        case busy(String)
    }

    let configuration: LineServer.Configuration
    let machine: FaultyChassis
    let connections = LineConnections()
    private let state = Mutex(State())

    init(_ configuration: LineServer.Configuration, _ machine: FaultyChassis) {
        self.configuration = configuration
        self.machine = machine
    }

    var faults: FaultInjector { machine.faults }

    var statistics: LineStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.sessions = state.sessions.count + state.leaked
            return statistics
        }
    }

    // MARK: Connections and requests

    /// Takes a connection, unless connections are refused or the BMC restarts.
    func admit() -> Bool {
        let isRefused = faults.strikes("refuse") != nil
        let now = machine.chassis.now
        return state.withLock { state in
            guard !isRefused, !isAway(&state, now) else { return false }
            state.statistics.connections += 1
            return true
        }
    }

    /// Whether nothing is answered any more.
    var hangs: Bool {
        guard let hang = faults.present("hang") else { return false }
        return hang.whole("after") <= 0 || state.withLock { $0.hangs }
    }

    /// Counts a request, by its verb or nil when it is malformed.
    func count(_ verb: String?) {
        state.withLock { state in
            guard let verb else {
                state.statistics.malformed += 1
                return
            }
            state.statistics.requests[verb, default: 0] += 1
        }
    }

    /// Whether the BMC takes a request now.
    func gate() -> Gate {
        let now = machine.chassis.now
        if faults.strikes("hang") != nil {
            state.withLock { $0.hangs = true }
            return .silent
        }
        if let restart = faults.strikes("bmc-restart") {
            state.withLock { state in
                state.backAt = now + restart.time()
                state.sessions = [:]
                state.leaked = 0
                state.failures = 0
            }
            return .restart
        }
        if let update = faults.strikes("firmware-update") {
            let since = state.withLock { state in
                if state.updateSince == nil { state.updateSince = now }
                return state.updateSince ?? now
            }
            let left = since + update.time() - now
            let wait = min(
                max(left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000, 1), 5000)
            if left > .zero { return .busy("\(wait) a firmware update is running") }
        }
        if faults.strikes("node-busy") != nil { return .busy("200 the BMC is busy") }
        return .pass
    }

    private func isAway(_ state: inout State, _ now: Duration) -> Bool {
        guard let back = state.backAt else { return false }
        if now < back { return true }
        state.backAt = nil
        return false
    }

    // MARK: Sessions

    /// Checks a login and begins a session.
    func logIn(user: some StringProtocol, password: some StringProtocol) -> Result<Int, LineRefusal> {
        let lockout = faults.present("auth-lockout")?.whole("count")
        let limit = faults.present("session-limit")?.whole("count") ?? configuration.sessionLimit
        let now = machine.chassis.now
        return state.withLock { state in
            if let lockout, state.failures >= lockout {
                state.statistics.refusedLogins += 1
                return .failure(LineRefusal(.locked, "too many failures"))
            }
            guard user == configuration.user, password == configuration.password else {
                state.failures += 1
                state.statistics.refusedLogins += 1
                return .failure(LineRefusal(.denied, "wrong user or password"))
            }
            state.failures = 0
            guard state.sessions.count + state.leaked < limit else {
                return .failure(LineRefusal(.busy, "500 all \(limit) sessions are in use"))
            }
            state.lastSession += 1
            state.sessions[state.lastSession] = Session(privilege: configuration.privilege, since: now)
            state.statistics.logins += 1
            return .success(state.lastSession)
        }
    }

    /// What the session may do; nil when it has ended by itself.
    func privilege(of session: Int) -> LinePrivilege? {
        let now = machine.chassis.now
        guard let found = state.withLock({ $0.sessions[session] }) else { return nil }
        if let expiry = faults.present("session-expiry"), now - found.since >= expiry.time(),
            faults.strikes("session-expiry") != nil
        {
            logOut(session)
            return nil
        }
        return faults.present("low-privilege") == nil ? found.privilege : .user
    }

    /// Ends a session.
    func logOut(_ session: Int) {
        let leaks = faults.present("session-leak") != nil
        state.withLock { state in
            guard state.sessions.removeValue(forKey: session) != nil else { return }
            if leaks { state.leaked += 1 }
        }
    }
}

/// Why the BMC does not do something.
struct LineRefusal: Error {
    let code: LineErrorCode
    let text: String

    init(_ code: LineErrorCode, _ text: String) {
        self.code = code
        self.text = text
    }
}
