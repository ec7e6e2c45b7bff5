// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

extension IPMIDevice {
    /// Closes what a worker that died left on the BMC, once after the start and again after a session was lost.
    ///
    /// A BMC that does not tell about sessions is left alone. Throws when it stops answering.
    func closeLeftOvers(
        _ session: Session, _ link: Link, _ endpoint: Endpoint, _ call: borrowing Call
    ) throws(PluginError) {
        guard !knowledge.hasLookedForLeftOvers, let port = link.livePort?.number else { return }
        var search = LeftOverSessions(port: port) { LivePort.isDead($0, family: endpoint.family) }
        var command: Command? = LeftOverSessions.first
        while let next = command { command = search.next(after: try session.send(next, call)) }
        record(search.count, endpoint, call)
    }

    /// Counts what was found, and writes it to the log.
    func record(_ count: LeftOverSessions.Count, _ endpoint: Endpoint, _ call: borrowing Call) {
        learn {
            $0.hasLookedForLeftOvers = true
            $0.leftOvers.closed += count.closed
            $0.leftOvers.left += count.left
        }
        guard count != LeftOverSessions.Count() else { return }
        call.log(
            .notice, "\(endpoint.literal): sessions of a worker that died",
            ["closed": String(count.closed), "left_to_expire": String(count.left)])
    }
}
