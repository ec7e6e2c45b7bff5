// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import Synchronization

/// One plugin: hands out its worker, starts one when it is needed, and decides what follows when one ends.
final class PluginSlot: Sendable {
    /// What a slot shares with its host.
    struct Surroundings: Sendable {
        let workerPath: String
        let isolation: Isolation
        let limits: PluginLimits
        let logger: Logger
        let tracer: (@Sendable (CallTrace) -> Void)?
        let tell: @Sendable (PluginEvent) -> Void
    }

    enum Condition {
        case idle
        case starting(WorkerLink)
        case serving(WorkerLink)
        /// No worker before this moment; the reason, if it is more than a crash.
        case waiting(notBefore: Deadline, failure: String?)
        case quarantined(String)
        case refused(String)
        case shutDown
    }

    struct State {
        var entry: CatalogueEntry
        var condition = Condition.idle
        var introduction: WorkerIntroduction?
        var policy = RestartPolicy()
        /// Those who want a worker that is not there yet.
        var waiters: [OneShot<Wake>] = []
        /// Workers that end, and those who wait for that.
        var leaving: [WorkerLink] = []
        var farewells: [OneShot<Bool>] = []
        var nextLook = Deadline(at: 0)
        /// What the plugin's devices need beyond its manifest.
        var needs = DeviceNeeds()
        var fences = FenceTable()
        /// Slots of single devices, for a plugin that wants a worker for each.
        var children: [WeakSlot] = []
        /// The worker of another library that is being tried, and those who wait for how that ends.
        var candidate: WorkerLink?
        var outcomes: [Outcome] = []
        var probation: Probation?
        /// Digest of a library that was tried and is not used.
        var rejected: String?
        var confinement: PluginConfinement?
        var crashes = 0
        var starts = 0
        var lastFailure: String?
        var lastWords: String?
    }

    enum Wake: Sendable {
        /// Something changed: look again.
        case look
        case late
        case cancelled
    }

    let surroundings: Surroundings
    /// Lets one sweep through at a time.
    let sweeping = CallGate()
    /// The only device the slot is for, if so.
    let device: String?
    /// Whether a device ever killed or blocked a worker; spares every call a look.
    let hasConvicts = Atomic<Bool>(false)
    let state: Mutex<State>

    init(entry: CatalogueEntry, surroundings: Surroundings, device: String? = nil) {
        self.surroundings = surroundings
        self.device = device
        state = Mutex(State(entry: entry))
    }

    /// Nobody needs the plugin any more.
    deinit {
        state.withLock { $0.candidate }?.sayGoodbye()
        switch state.withLock({ $0.condition }) {
        case .starting(let link), .serving(let link): link.sayGoodbye()
        default: break
        }
    }

    var entry: CatalogueEntry { state.withLock { $0.entry } }

    /// The subjects its sweeps know, as far as it is known: bit 1 << subject.
    var sweepSubjects: UInt32 { state.withLock { $0.introduction?.sweepSubjects ?? 0 } }

    /// Whether calls on one device may overlap, as far as it is known.
    var isConcurrent: Bool { state.withLock { $0.introduction?.isConcurrent ?? false } }

    /// A serving worker; starts one if need be.
    /// - Parameter other: a worker the caller found unable to take calls.
    /// - Throws: `DriverError` when there is none until the deadline, or the plugin is out of use.
    func worker(until deadline: Deadline, otherThan other: WorkerLink? = nil) async throws -> WorkerLink {
        var hasLookedForUpdate = false
        while true {
            let step = state.withLock { Self.next(&$0, other: other, deadline: deadline) }
            switch step {
            case .use(let link): return link
            case .fail(let error): throw error
            case .update(let error):
                // A quarantined or refused plugin gets another chance when its directory changed.
                guard !hasLookedForUpdate, lookForUpdate() else { throw error }
                hasLookedForUpdate = true
            case .start: try startWorker()
            case .wait(let waiter, let moment): try await wait(waiter, until: deadline, or: moment)
            }
        }
    }

    private enum Next {
        case use(WorkerLink)
        case fail(DriverError)
        case update(DriverError)
        case start
        /// For a change, or for this moment.
        case wait(OneShot<Wake>, Deadline?)
    }

    private static func next(_ state: inout State, other: WorkerLink?, deadline: Deadline) -> Next {
        let id = state.entry.manifest.id
        switch state.condition {
        case .idle: return .start
        case .starting: return wait(&state, until: nil)
        case .serving(let link): return link === other ? wait(&state, until: nil) : .use(link)
        case .waiting(let moment, let failure):
            if moment.hasPassed { return .start }
            if failure == nil, moment <= deadline { return wait(&state, until: moment) }
            let reason = failure.map { "cannot be loaded: \($0)" } ?? "restarts: \(state.lastFailure ?? "it crashed")"
            return .fail(
                DriverError(
                    status: .internal, message: "plugin \(id) \(reason)", retryable: true,
                    retryAfter: moment.remaining))
        case .quarantined(let reason), .refused(let reason):
            return .update(DriverError(status: .internal, message: reason))
        case .shutDown: return .fail(DriverError(status: .state, message: "the plugin host is shut down"))
        }
    }

    /// Queues a waiter in the same breath as the decision to wait, so that no change goes unseen in between.
    private static func wait(_ state: inout State, until moment: Deadline?) -> Next {
        let waiter = OneShot<Wake>()
        state.waiters.append(waiter)
        return .wait(waiter, moment)
    }

    /// Waits for a change, and at most until `moment` or the deadline.
    private func wait(_ waiter: OneShot<Wake>, until deadline: Deadline, or moment: Deadline?) async throws {
        switch await waiter.value(until: min(moment ?? deadline, deadline), late: .late, cancelled: .cancelled) {
        case .look: return
        case .cancelled: throw DriverError(status: .cancelled, message: "cancelled while waiting for a worker")
        case .late:
            guard deadline.hasPassed else { return }
            throw DriverError(
                status: .timeout, message: "plugin \(entry.manifest.id) had no worker before the deadline",
                retryable: true)
        }
    }

    private func startWorker() throws {
        let link = state.withLock { state -> WorkerLink? in
            switch state.condition {
            case .idle, .waiting: break
            default: return nil
            }
            let link = makeLink(state.entry, devices: state.needs, owner: owner())
            state.condition = .starting(link)
            state.starts += 1
            return link
        }
        guard let link, !link.start() else { return }
        state.withLock { $0.condition = .idle }
        throw DriverError(status: .internal, message: "no thread or descriptor for a worker", retryable: true)
    }

    /// A worker to be started.
    func makeLink(_ entry: CatalogueEntry, devices: DeviceNeeds, owner: WorkerLink.Owner) -> WorkerLink {
        let isConfined = surroundings.isolation == .process && surroundings.limits.isConfined
        return WorkerLink(
            entry: entry, workerPath: surroundings.workerPath, isolation: surroundings.isolation,
            limits: surroundings.limits, logger: surroundings.logger, owner: owner, tracer: surroundings.tracer,
            grant: isConfined ? WorkerGrant(entry: entry, devices: devices) : nil)
    }

    func owner() -> WorkerLink.Owner {
        WorkerLink.Owner(
            isReady: { [weak self] in self?.isReady($0, $1) },
            isCondemned: { [weak self] in self?.isCondemned($0, $1, $2, $3) },
            isGone: { [weak self] in self?.isGone($0, $1, $2, $3) })
    }
}
