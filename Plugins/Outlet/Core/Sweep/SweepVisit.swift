// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// One machine's part of a sweep: what has been asked of its PDU, and when it is asked again.
final class SweepVisit {
    let index: Int
    private let outlets: Outlets
    private let session: SNMPSession
    private let objects: [ObjectIdentifier]
    /// Version 3: the engine's id is not known yet.
    private var isDiscovering: Bool
    private var tries = 0
    /// When the patience with the present try ends.
    private(set) var due = ContinuousClock.now

    var descriptor: Int32 { session.descriptor }

    /// Makes the socket and sends the first request.
    init(_ index: Int, _ outlets: Outlets, _ call: borrowing Call) throws(PluginError) {
        self.index = index
        self.outlets = outlets
        let access = outlets.configuration.access
        objects = try outlets.stateObjects()
        session = try SNMPSession(socketTo: access, prefix: "\(index).", call)
        isDiscovering = access.version == .v3
        try ask(call)
    }

    /// Takes what has arrived; the outlets' state once it is told.
    func take(_ call: borrowing Call) throws(PluginError) -> PowerState? {
        guard let answer = try session.arrived() else { return nil }
        guard isDiscovering else {
            return Outlets.combined(try outlets.states(of: session.found(answer, objects, call)))
        }
        try session.discovered(answer)
        isDiscovering = false
        tries = 0
        try ask(call)
        return nil
    }

    /// Asks again. Throws `unreachable` when that was done often enough.
    func ask(_ call: borrowing Call) throws(PluginError) {
        guard SNMPSession.patience.indices.contains(tries) else {
            throw PluginError(.unreachable, "\(session.access.name): no SNMP agent answers", retryable: true)
        }
        guard (isDiscovering ? session.sendDiscovery(call) : session.sendGet(objects, call)) == 0 else {
            throw PluginError(.unreachable, "\(session.access.name): nothing could be sent", retryable: true)
        }
        due = ContinuousClock.now + SNMPSession.patience[tries]
        tries += 1
    }
}
