// SPDX-License-Identifier: Apache-2.0
internal import PluginWire
internal import Synchronization

/// Finds out which of the calls in flight killed a worker: each read among them is made once more, alone, in a worker
/// that exists for nothing else. A change is never repeated.
final class CulpritSearch: Sendable {
    /// What a call that may be made again gets instead of its error.
    struct Witness: Error {
        let search: CulpritSearch
        /// The function that was in flight: the call's own, or the open before it.
        let function: WireFunction
        let error: DriverError
    }

    private struct State {
        /// Witnesses that were not heard yet.
        var expected: Int
        var heard = 0
        var guilty = 0
        var link: WorkerLink?
    }

    private let slot: PluginSlot
    private let entry: CatalogueEntry
    /// How the worker died.
    private let story: String
    /// Changes that were in flight, for people.
    private let changes: [String]
    /// One hearing at a time.
    private let turn = CallGate()
    private let state: Mutex<State>

    init(slot: PluginSlot, entry: CatalogueEntry, story: String, witnesses: Int, changes: [String]) {
        self.slot = slot
        self.entry = entry
        self.story = story
        self.changes = changes
        state = Mutex(State(expected: witnesses))
    }

    /// Makes one call again, on a device opened for it.
    /// - Parameters:
    ///   - device: for people.
    ///   - open: opens the device.
    ///   - call: what to ask then; nil when opening was all that was in flight.
    ///   - error: what the call fails with when it cannot be made again.
    /// - Returns: the answer; nil without a call.
    /// - Throws: `DriverError`; one that names the call when it killed this worker too.
    func hear(
        _ device: String, open: WorkerCall, call: WorkerCall?, error: DriverError
    ) async throws -> WorkerReply? {
        defer { dismiss() }
        guard await turn.enter(.exclusive, until: open.deadline) == .granted else { throw error }
        defer { turn.leave() }
        guard let (link, fate) = await worker(until: open.deadline) else { throw error }
        var suspect = WireFunction.driverOpen
        do {
            var open = open
            open.device = DeviceSession(link: link).id
            _ = try await link.call(open)
            guard var call else {
                await close(open, on: link)
                return nil
            }
            suspect = call.function
            call.device = open.device
            call.isWitness = false
            let reply = try await link.call(call)
            await close(open, on: link)
            return reply
        } catch let failure {
            guard let how = fate.crash else { throw failure as? DriverError ?? error }
            state.withLock { state in
                state.guilty += 1
                state.link = nil
            }
            throw slot.convict(device, suspect, how: how, of: story)
        }
    }

    private func close(_ open: WorkerCall, on link: WorkerLink) async {
        var call = WorkerCall(function: .driverClose, deadline: .after(.seconds(5)))
        call.device = open.device
        call.secrets = open.secrets
        _ = try? await link.call(call)
    }

    /// A witness was heard, or does not want to be.
    func dismiss() {
        let (isLast, link, guilty) = state.withLock { state in
            state.heard += 1
            return (state.heard == state.expected, state.link, state.guilty)
        }
        guard isLast else { return }
        link?.sayGoodbye()
        guard guilty == 0 else { return }
        let rest = changes.isEmpty ? "" : "; \(changes.joined(separator: ", ")) was in flight too and is not repeated"
        slot.tellCulprit("no read that was in flight kills a worker by itself\(rest) (\(story))", nil, nil)
    }

    // MARK: - The worker for hearings

    /// What became of a worker for hearings.
    private final class Fate: Sendable {
        let ready = OneShot<Bool>()
        private let how = Mutex<String?>(nil)

        /// How it died, if it did.
        var crash: String? { how.withLock { $0 } }

        func end(_ ending: WorkerLink.Ending) {
            if case .crashed(let how) = ending { self.how.withLock { $0 = how } }
            ready.settle(false)
        }
    }

    private let fates = Mutex<[ObjectIdentifier: Fate]>([:])

    private func worker(until deadline: Deadline) async -> (WorkerLink, Fate)? {
        if let link = state.withLock({ $0.link }), link.isServing,
            let fate = fates.withLock({ $0[ObjectIdentifier(link)] })
        {
            return (link, fate)
        }
        let fate = Fate()
        let owner = WorkerLink.Owner(
            isReady: { _, _ in fate.ready.settle(true) },
            isCondemned: { _, _, _, _ in },
            isGone: { _, ending, _, _ in
                fate.end(ending)
                return nil
            })
        let link = slot.makeLink(entry, devices: slot.state.withLock { $0.needs }, owner: owner)
        guard link.start(), await fate.ready.value(until: deadline, late: false, cancelled: false) else {
            link.sayGoodbye()
            return nil
        }
        state.withLock { $0.link = link }
        fates.withLock { $0 = [ObjectIdentifier(link): fate] }
        return (link, fate)
    }
}
