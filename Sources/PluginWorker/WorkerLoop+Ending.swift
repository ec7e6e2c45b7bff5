// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
private import PluginAPI
internal import PluginWire
private import Synchronization

extension WorkerLoop {
    /// The host hung up or died. A call that changes a machine must not go on without it, so a process ends at once
    /// then; otherwise devices get a moment to end their sessions, of which some hardware has only a handful.
    func hostIsGone() {
        channel.hangUp()
        if mode == .process, calls.hasMutation { _exit(0) }
        if case .serving = phase.withLock({ $0 }) {
            beginEnding(grace: 1_000_000_000, isPatient: false)
        } else {
            phase.withLock { $0 = .ended }
        }
    }

    /// Takes no more calls, closes what is open and then ends.
    /// - Parameters:
    ///   - grace: nanoseconds until it ends anyway.
    ///   - isPatient: let the calls in flight go on until then instead of cancelling them.
    func beginEnding(grace: UInt64, isPatient: Bool) {
        let now = clinux_monotonic_ns()
        let isFirst = phase.withLock { phase in
            guard case .serving = phase else { return false }
            phase = .ending(until: now + grace)
            return true
        }
        guard isFirst else { return }
        for context in isPatient ? [] : calls.stopAll(now: now) {
            _ = channel.send(
                CallOutcome(status: INGOT_E_CANCELLED, failure: .init(message: "the worker is ending"))
                    .frame(call: context.id))
        }
        continueEnding()
    }

    /// One step on the way out, taken whenever a call has ended: close idle devices; when all is closed, stop.
    func continueEnding() {
        guard case .ending(let until) = phase.withLock({ $0 }) else { return }
        guard let plugin = plugin.withLock({ $0 }) else { return finish() }
        let idle = devices.removeIdle()
        for device in idle {
            let id = nextOwnCall.withLock { id in
                id += 1
                return id
            }
            let context = CallContext(
                id: id, function: .driverClose, deadline: until, operation: "", secrets: [:], channel: channel)
            guard let context else { continue }
            calls.add(context)
            let hasThread = pool.submit { [self] in
                if calls.begin(id) { plugin.interfaces.driver.close(device.pointer, context.pointer) }
                calls.end(id)
                continueEnding()
            }
            if !hasThread { calls.end(id) }
        }
        clinux_eventfd_signal(wake)
        guard idle.isEmpty, devices.isEmpty, calls.isEmpty else { return }
        let isLast = self.plugin.withLock { current in
            defer { current = nil }
            return current != nil
        }
        guard isLast else { return }
        let hasThread = pool.submit { [self] in
            plugin.detach()
            finish()
        }
        if !hasThread { finish() }
    }

    private func finish() {
        phase.withLock { $0 = .ended }
        clinux_eventfd_signal(wake)
    }
}
