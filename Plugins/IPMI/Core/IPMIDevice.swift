// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit
import Synchronization

/// One BMC. Each call finds the BMC, logs in, does its work and logs out; only consoles stay open.
public final class IPMIDevice: DriverDevice {
    let configuration: Configuration
    private let learned = Mutex(Learned())
    /// Consoles whose sockets were given away.
    let consoles = Mutex<[Console]>([])

    /// What was found out about the BMC and saves work or prevents mistakes later.
    struct Learned {
        /// The suite the last login succeeded with.
        var cipherSuite: UInt8?
        /// Ids the BMC says it offers; nil when it does not say.
        var offeredSuites: [UInt8]?
        /// The BMC kept a boot device selector and dropped the valid bit sent with it.
        var keepsSelectorOnly = false
        /// The sensor data records as they were read last.
        var repository: SensorRepository?
        /// An override that has to be sent again before the next power action, for a BMC that lets it lapse.
        var pendingBoot: Command?
    }

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Ends the consoles.
    public func close(_ call: borrowing Call) {
        closeConsoles()
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

    /// Finds the BMC and logs in, with at most two logins.
    func connect(
        _ call: borrowing Call, repetition: SessionTiming.Repetition = .allowed
    ) throws(PluginError) -> Connection {
        let credentials = try credentials(call)
        let endpoints = try NameLookup.addresses(of: configuration.host, port: configuration.port, call)
        let peer = try Peer(at: endpoints, privilege: configuration.privilege.level, call)
        let trusting = configuration.quirks.contains(.authenticationCapabilities)
        guard peer.speaksIPMI20 || trusting else {
            throw PluginError(.unsupported, "\(peer.endpoint.literal): the BMC does not speak IPMI 2.0")
        }
        var failure = LibraryError.suiteUnavailable
        for suite in try suitesToTry(peer, call).prefix(2) {
            do throws(LibraryError) {
                let session = try Session.open(
                    peer.endpoint, credentials, privilege: configuration.privilege.level, cipherSuite: suite,
                    flags: configuration.quirks.flags,
                    timing: SessionTiming(remaining: call.remaining, repetition))
                learn { $0.cipherSuite = suite }
                return Connection(session: session, endpoint: peer.endpoint)
            } catch {
                try call.checkCancelled()
                failure = try clarify(error, suite, peer, call)
                guard failure == .suiteUnavailable else { break }
            }
        }
        learn { $0.cipherSuite = nil }
        throw failure.pluginError(during: "login at \(peer.endpoint.literal)")
    }

    /// The failure of a login, asked back where libfreeipmi's number can mean several things.
    private func clarify(
        _ error: LibraryError, _ suite: UInt8, _ peer: borrowing Peer, _ call: borrowing Call
    ) throws(PluginError) -> LibraryError {
        let isOffered = knowledge.offeredSuites?.contains(suite) == true
        guard error.isAmbiguous(suiteIsOffered: isOffered) else { return error }
        switch try peer.answerToLogin(cipherSuite: suite, privilege: configuration.privilege.level, call) {
        case .otherCipherSuite: return .suiteUnavailable
        case .noSessionLeft: return .busy
        case .accepted, .refused, nil: return error
        }
    }

    /// The suites worth a login, best first: the one that worked, or the configured ones the BMC says it offers, or all
    /// configured ones when it does not say.
    private func suitesToTry(_ peer: borrowing Peer, _ call: borrowing Call) throws(PluginError) -> [UInt8] {
        if configuration.quirks.contains(.cipher3Only) { return [3] }
        let wanted = configuration.cipherSuites
        if let proven = knowledge.cipherSuite { return [proven] }
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

    func credentials(_ call: borrowing Call) throws(PluginError) -> Session.Credentials {
        guard let password = try call.secret("password") else {
            throw .invalid(field: "password", "is missing")
        }
        guard (1...20).contains(password.count) else {
            throw .invalid(field: "password", "is not 1 to 20 bytes, which is what IPMI 2.0 takes")
        }
        return Session.Credentials(username: configuration.username, password: password, key: try key(call))
    }

    private func key(_ call: borrowing Call) throws(PluginError) -> SecretBuffer? {
        guard let key = try call.secret("kg") else { return nil }
        guard key.count <= 20 else { throw .invalid(field: "kg", "is longer than 20 bytes") }
        return key
    }
}
