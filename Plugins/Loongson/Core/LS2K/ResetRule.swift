// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// When Loongson's 2K BMC may be reset, and when it can be spoken to.
///
/// The BMC is a PCIe device of the host. While it restarts the host's link to it is down; a kernel that does not know
/// that hangs. Linux' driver waits ten seconds for the BMC and does not bear a second reset within a minute.
struct ResetRule: Equatable {
    typealias Instant = ContinuousClock.Instant

    private var last: Instant?

    /// From one reset to the next.
    static let spacing: Duration = .seconds(60)
    /// How long the BMC is away at least.
    static let absence: Duration = .seconds(10)

    /// A reset was sent.
    mutating func didReset(at now: Instant) { last = now }

    /// Throws `busy` while the BMC is away.
    func checkPresence(at now: Instant) throws(PluginError) {
        try check(Self.absence, now, "the BMC was reset and is away")
    }

    /// Throws `busy` within a minute of the last reset, `state` while the chassis is on and nobody insists.
    func checkReset(chassis: PowerState, force: Bool, at now: Instant) throws(PluginError) {
        try check(Self.spacing, now, "the BMC was reset less than a minute ago")
        guard chassis == .off || force else {
            throw PluginError(
                .state, "a reset of the BMC takes the host's PCIe link down: the chassis is \(chassis); force insists",
                detail: ["field": "force"])
        }
    }

    private func check(_ time: Duration, _ now: Instant, _ reason: String) throws(PluginError) {
        guard let last, last.duration(to: now) < time else { return }
        throw PluginError(.busy, reason, retryable: true, retryAfter: time - last.duration(to: now))
    }
}
