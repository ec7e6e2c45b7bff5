// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// One BMC of a sweep.
final class SweepItem {
    let index: Int
    let device: IPMIDevice
    let endpoint: Endpoint
    /// Suites that may still be tried, best first.
    var suites: [LinkSuite]
    var link: Link?
    /// The link is one from an earlier call, so that the BMC may have let go of it.
    var isKept = false
    var isDone = false
    /// The result is known; what is left is to close sessions of a worker that died.
    var isAnswered = false
    var search: LeftOverSessions?
    /// The privilege is being taken for this command, which comes after it.
    var isRaising = false
    var nextCommand: Command?

    /// It gave no answer, or took long over it: in the last sweep, in this one.
    let wasSilent: Bool
    var isSilent = false

    init(index: Int, device: IPMIDevice, endpoint: Endpoint, suites: [LinkSuite]) {
        self.index = index
        self.device = device
        self.endpoint = endpoint
        self.suites = suites
        wasSilent = device.knowledge.wasSilent
    }
}

extension IPMIDevice {
    /// The suites a sweep may log in with, the one that worked first.
    var sweepSuites: [LinkSuite] {
        guard configuration.quirks.isDisjoint(with: Quirk.forLibraryLogin) else { return [] }
        if configuration.quirks.contains(.cipher3Only) { return [3].compactMap { LinkSuite($0) } }
        let proven = knowledge.cipherSuite
        let wanted = configuration.cipherSuites.filter { $0 != proven }
        return ([proven].compactMap { $0 } + wanted).compactMap { LinkSuite($0) }
    }

    /// The address, which costs a look-up when the BMC is named and was not found before.
    func sweepEndpoint(_ call: borrowing Call) throws(PluginError) -> Endpoint {
        if let known = knowledge.endpoint { return known }
        let endpoints = try NameLookup.addresses(of: configuration.host, port: configuration.port, call)
        guard let first = endpoints.first else {
            throw PluginError(.unreachable, "\(configuration.host) has no address")
        }
        return first
    }
}
