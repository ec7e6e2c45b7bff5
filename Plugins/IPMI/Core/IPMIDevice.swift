// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit
import Synchronization

/// One BMC. A session is kept between calls for as long as BMCs keep idle sessions; consoles have sessions of their own.
public final class IPMIDevice: DriverDevice {
    let configuration: Configuration
    private let learned = Mutex(Learned())
    /// The session of the last call, for the next one.
    let kept = Mutex<KeptLink?>(nil)
    /// Consoles whose sockets were given away.
    let consoles = Mutex<[Console]>([])

    /// What was found out about the BMC and saves work or prevents mistakes later.
    struct Learned {
        /// Address and suite the last login succeeded with.
        var endpoint: Endpoint?
        var cipherSuite: UInt8?
        /// Ids the BMC says it offers; nil when it does not say.
        var offeredSuites: [UInt8]?
        /// The BMC kept a boot device selector and dropped the valid bit sent with it.
        var keepsSelectorOnly = false
        /// The sensor data records as they were read last.
        var repository: SensorRepository?
        /// An override that has to be sent again before the next power action, for a BMC that lets it lapse.
        var pendingBoot: Command?
        /// The BMC was asked for sessions that a dead worker left, and no session was lost since.
        var hasLookedForLeftOvers = false
        /// In the last sweep it gave no answer, or took long over it.
        var wasSilent = false
        /// Sessions of an earlier call in a row that were not answered in the next one.
        var lostBetweenCalls = 0
        /// What became of them since the device was opened.
        var leftOvers = LeftOverSessions.Count()
    }

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Ends the consoles and the session that was kept, and waits a moment for the BMC's answer to that.
    public func close(_ call: borrowing Call) {
        closeConsoles()
        takeKept()?.end(waiting: .seconds(1), call)
    }

    /// What is known so far.
    var knowledge: Learned { learned.withLock { $0 } }

    /// Keeps something that was found out.
    func learn(_ change: (inout Learned) -> Void) {
        learned.withLock { change(&$0) }
    }

    /// Where a session goes and over which address.
    struct Connection {
        let session: Session
        let endpoint: Endpoint
    }

    /// A session: the one kept from an earlier call unless a `fresh` one is wanted, or a new one.
    func connect(
        _ call: borrowing Call, repetition: SessionTiming.Repetition = .allowed, fresh: Bool = false
    ) throws(PluginError) -> Connection {
        if let kept = takeKept() {
            if !fresh,
                let transport = try? LinkTransport(kept: kept.link, at: kept.endpoint, rest: rest(kept.endpoint))
            {
                return Connection(session: Session(transport, cipherSuite: kept.suite), endpoint: kept.endpoint)
            }
            // The BMC may not hear the end of it.
            learn { $0.hasLookedForLeftOvers = false }
            kept.end()
        }
        return try logIn(call, repetition: repetition)
    }

    /// A session on which `command`, which only reads, was answered; a kept session that is gone is replaced.
    func connect(
        reading command: Command, _ call: borrowing Call, repetition: SessionTiming.Repetition = .allowed
    ) throws(PluginError) -> (session: Session, reply: Reply) {
        let session = try connect(call, repetition: repetition).session
        do throws(PluginError) {
            return (session, try session.send(command, call))
        } catch {
            guard session.wasKept, session.isLost, !call.isCancelled else { throw error }
            let another = try connect(call, repetition: repetition, fresh: true).session
            return (another, try another.send(command, call))
        }
    }

    /// Finds the BMC and logs in, with at most two logins.
    private func logIn(
        _ call: borrowing Call, repetition: SessionTiming.Repetition
    ) throws(PluginError) -> Connection {
        let credentials = try credentials(call)
        let endpoints = try NameLookup.addresses(of: configuration.host, port: configuration.port, call)
        let known = knowledge
        if let endpoint = known.endpoint, let suite = known.cipherSuite, endpoints.contains(endpoint) {
            var otherSuite = false
            do throws(PluginError) {
                return try logIn(endpoint, credentials, suite, repetition, otherSuite: &otherSuite, call)
            } catch {
                learn { ($0.endpoint, $0.cipherSuite) = (nil, nil) }
                guard otherSuite else { throw error }
            }
        }
        let peer = try Peer(at: endpoints, privilege: configuration.privilege.level, call)
        let trusting = configuration.quirks.contains(.authenticationCapabilities)
        guard peer.speaksIPMI20 || trusting else {
            throw PluginError(.unsupported, "\(peer.endpoint.literal): the BMC does not speak IPMI 2.0")
        }
        var failure: PluginError?
        for suite in try suitesToTry(peer, call).prefix(2) {
            var otherSuite = false
            do throws(PluginError) {
                return try logIn(peer.endpoint, credentials, suite, repetition, otherSuite: &otherSuite, call)
            } catch {
                learn { ($0.endpoint, $0.cipherSuite) = (nil, nil) }
                failure = error
                guard otherSuite else { break }
            }
        }
        throw failure ?? PluginError(.internal, "no cipher suite to try")
    }

    /// Logs in once with a suite.
    private func logIn(
        _ endpoint: Endpoint, _ credentials: borrowing Session.Credentials, _ suite: UInt8,
        _ repetition: SessionTiming.Repetition, otherSuite: inout Bool, _ call: borrowing Call
    ) throws(PluginError) -> Connection {
        let level = configuration.privilege.level
        let transport: any SessionTransport
        var link: Link?
        if let spoken = LinkSuite(suite), configuration.quirks.isDisjoint(with: Quirk.forLibraryLogin) {
            let linked = try LinkTransport(
                endpoint, credentials, privilege: level, suite: spoken, quirks: configuration.quirks,
                rest: rest(endpoint), otherSuite: &otherSuite, call)
            (transport, link) = (linked, linked.link)
        } else {
            do throws(LibraryError) {
                transport = try LibraryTransport(
                    endpoint, credentials, privilege: level, cipherSuite: suite, flags: configuration.quirks.flags,
                    timing: SessionTiming(remaining: call.remaining, repetition))
            } catch {
                try call.checkCancelled()
                otherSuite = error == .suiteUnavailable
                throw error.pluginError(during: "login at \(endpoint.literal)")
            }
        }
        learn { ($0.endpoint, $0.cipherSuite) = (endpoint, suite) }
        let session = Session(transport, cipherSuite: suite)
        if let link { try closeLeftOvers(session, link, endpoint, call) }
        return Connection(session: session, endpoint: endpoint)
    }

    /// The suites worth a login, best first: the one that worked, or the configured ones the BMC says it offers, or all
    /// configured ones when it does not say.
    private func suitesToTry(_ peer: borrowing Peer, _ call: borrowing Call) throws(PluginError) -> [UInt8] {
        if configuration.quirks.contains(.cipher3Only) { return [3] }
        let wanted = configuration.cipherSuites
        guard let offered = try peer.cipherSuites(call) else {
            learn { $0.offeredSuites = nil }
            return wanted
        }
        learn { $0.offeredSuites = offered }
        guard let best = wanted.first(where: offered.contains) else {
            let list = offered.map(String.init).joined(separator: ", ")
            throw .invalid(
                field: "cipher_suites", "the BMC at \(peer.endpoint.literal) offers none of them, only \(list)")
        }
        return [best]
    }

    /// Name, password and BMC key; the secrets' names begin with `prefix`.
    func credentials(
        _ call: borrowing Call, prefix: String = ""
    ) throws(PluginError) -> Session.Credentials {
        guard let password = try call.secret(prefix + "password") else {
            throw .invalid(field: "password", "is missing")
        }
        guard (1...20).contains(password.count) else {
            throw .invalid(field: "password", "is not 1 to 20 bytes, which is what IPMI 2.0 takes")
        }
        return Session.Credentials(
            username: configuration.username, password: password, key: try key(call, prefix))
    }

    private func key(_ call: borrowing Call, _ prefix: String) throws(PluginError) -> SecretBuffer? {
        guard let key = try call.secret(prefix + "kg") else { return nil }
        guard key.count <= 20 else { throw .invalid(field: "kg", "is longer than 20 bytes") }
        return key
    }
}
