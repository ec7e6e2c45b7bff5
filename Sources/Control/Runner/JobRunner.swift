// SPDX-License-Identifier: Apache-2.0
import Foundation
public import Logging
public import Store

/// Carries jobs: makes each step durable, performs its effect, keeps its time, tells watchers.
///
/// The order is always: decide (`step`), write (job, journal and changes in one transaction), then act. After a crash
/// `start` reads what was written and goes on from there.
public actor JobRunner {
    private let store: Store
    private let performer: any EffectPerformer
    private let logger: Logger
    /// Called after every durable change, e.g. to refresh the boot table.
    private let onChange: @Sendable () async -> Void
    let policy: Policy

    private var live: [String: Job] = [:]
    private var lanes: [String: Lane] = [:]
    private var effects: [String: (id: Int, task: Task<Void, Never>)] = [:]
    private var timers: [String: Task<Void, Never>] = [:]
    private var watchers: [String: [Int: CheckedContinuation<Void, Never>]] = [:]
    private var watcherCount = 0
    private var versions: [String: Int] = [:]
    private var held: Set<String> = []
    private var started = false
    private var stopped = false

    /// One event at a time per job, first come first served.
    private struct Lane {
        var busy = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// A runner over `store`; nothing happens before `start`.
    public init(
        store: Store, performer: any EffectPerformer, policy: Policy, logger: Logger,
        onChange: @escaping @Sendable () async -> Void
    ) {
        self.store = store
        self.performer = performer
        self.policy = policy
        self.logger = logger
        self.onChange = onChange
    }

    /// Reads every job that was not over when the process ended; nothing is done about them before `start`.
    ///
    /// Called before the boot services take requests: an agent that is under way must find its job.
    public func load() async throws {
        let (jobs, machines) = try await store.read { transaction in
            (try transaction.all(Job.self), try transaction.all(Machine.self))
        }
        held = Set(machines.filter(\.hold).map(\.name))
        for job in jobs where !job.state.isOver { live[job.id] = job }
    }

    /// Takes up the jobs that `load` read.
    public func start() async throws {
        started = true
        for job in live.values {
            let event: JobEvent =
                job.serial == 0 ? .start(token: Token.make(), helloToken: Token.make()) : .resume
            _ = try await submit(event, to: job.id)
        }
    }

    /// Stops effects and timers; jobs stay as they are in the store.
    public func stop() {
        stopped = true
        for (_, effect) in effects { effect.task.cancel() }
        for (_, timer) in timers { timer.cancel() }
        for (_, waiting) in watchers { for (_, continuation) in waiting { continuation.resume() } }
        effects = [:]
        timers = [:]
        watchers = [:]
    }

    /// Gives an event to a job and returns the job as it is after the event is durable.
    ///
    /// - Throws: `ControlError` `notFound`, or `StoreError` when the write was not taken; then nothing has changed.
    @discardableResult
    public func submit(_ event: JobEvent, to id: String) async throws -> Job {
        await enterLane(id)
        defer { leaveLane(id) }
        let stored: Job?
        if let job = live[id] { stored = job } else { stored = try await store.read { try $0.get(Job.self, id) } }
        guard let before = stored else { throw ControlError(.notFound, "there is no job \(id)") }

        let now = Date()
        let result = step(before, event, policy: policy, now: now)
        guard let message = result.message else { return before }
        if case .observed(let observation) = event, observation.isVolatile {
            live[id] = result.job
            changed(result.job)
            return result.job
        }
        let body = try JSONEncoder().encode(event.redacted)
        try await store.write { transaction in
            try transaction.put(result.job)
            try transaction.append(
                job: id, phase: result.job.phase, message: message, event: body, at: now)
            try ChangeWriter(transaction: transaction, job: result.job, now: now).apply(result.changes)
        }
        logger.info("\(message)", metadata: ["job": "\(id)", "machine": "\(before.machine)"])
        live[id] = result.job.state.isOver ? nil : result.job
        changed(result.job)
        await onChange()
        if started, !stopped { act(on: result.job) }
        return result.job
    }

    /// The live job that owns `machine`, if any.
    public func activeJob(machine: String) -> Job? {
        live.values.first { $0.machine == machine }
    }

    /// The live job whose boot token this is, if any.
    public func job(token: String) -> Job? {
        live.values.first { job in job.facts.token.map { Token.equal($0, token) } ?? false }
    }

    /// The deployment whose greeting token this is, if any; it may be over.
    public func deployment(helloToken: String) async throws -> Job? {
        let matches: @Sendable (Job) -> Bool = { job in
            job.facts.helloToken.map { Token.equal($0, helloToken) } ?? false
        }
        if let job = live.values.first(where: matches) { return job }
        guard helloToken.utf8.count == Token.length else { return nil }
        return try await store.read { transaction in
            for instance in try transaction.all(Instance.self) {
                if let job = try transaction.get(Job.self, instance.job), matches(job) { return job }
            }
            return nil
        }
    }

    /// The job with its not yet durable progress, or nil.
    public func current(_ id: String) async throws -> Job? {
        guard var job = live[id] else { return try await store.read { try $0.get(Job.self, id) } }
        if held.contains(job.machine) { job.waitingFor?.what = "an operator to end the hold on machine \(job.machine)" }
        return job
    }

    /// Starts a job that was just written. The order is durable, so a start that cannot be written now is tried again.
    public func begin(_ id: String) async {
        let event = JobEvent.start(token: Token.make(), helloToken: Token.make())
        do {
            try await submit(event, to: id)
        } catch {
            Task { await deliver(event, to: id) }
        }
    }

    /// Stops or lets go on all automation on a machine, at once.
    public func setHold(_ hold: Bool, machine: String) async {
        if hold {
            held.insert(machine)
            for job in live.values where job.machine == machine { cancelEffect(job.id) }
        } else {
            guard held.remove(machine) != nil else { return }
            for job in live.values where job.machine == machine {
                Task { await deliver(.resume, to: job.id) }
            }
        }
    }

    /// Whether an operator holds the machine.
    public func isHeld(_ machine: String) -> Bool { held.contains(machine) }

    // MARK: Acting

    private func act(on job: Job) {
        armTimer(job)
        guard let planned = job.pending, !held.contains(job.machine) else {
            if job.pending == nil { cancelEffect(job.id) }
            return
        }
        if let running = effects[job.id] {
            if running.id == planned.id { return }
            running.task.cancel()
        }
        let performer = performer
        let task = Task {
            if let notBefore = planned.notBefore {
                try? await Task.sleep(for: .seconds(max(0, notBefore.timeIntervalSinceNow)))
            }
            guard !Task.isCancelled else { return }
            let outcome = await performer.perform(planned.effect, for: job)
            guard !Task.isCancelled else { return }
            // Delivered in a task of its own: an outcome that is known is not lost to a cancellation.
            Task { await self.deliver(.outcome(effect: planned.id, outcome), to: job.id) }
        }
        effects[job.id] = (planned.id, task)
    }

    private func cancelEffect(_ id: String) {
        effects.removeValue(forKey: id)?.task.cancel()
    }

    private func armTimer(_ job: Job) {
        timers.removeValue(forKey: job.id)?.cancel()
        guard let waiting = job.waitingFor, !job.state.isOver else { return }
        let serial = job.serial
        timers[job.id] = Task {
            try? await Task.sleep(for: .seconds(max(0.05, waiting.deadline.timeIntervalSinceNow + 0.01)))
            guard !Task.isCancelled else { return }
            await self.deadline(serial, of: job.id)
        }
    }

    private func deadline(_ serial: Int, of id: String) async {
        guard let job = live[id], job.serial == serial, let waiting = job.waitingFor else { return }
        // A hold stops the clock; letting go starts it again.
        guard !held.contains(job.machine) else { return }
        // Progress moves the deadline without a new serial.
        guard Date() >= waiting.deadline else {
            armTimer(job)
            return
        }
        await deliver(.deadline(serial: serial), to: id)
    }

    /// Submits an event that must not be lost: while the store takes no writes it is kept and tried again.
    private func deliver(_ event: JobEvent, to id: String) async {
        var pause = 0.2
        while !stopped {
            do {
                try await submit(event, to: id)
                return
            } catch {
                logger.error("a job event waits to be written: \(error)", metadata: ["job": "\(id)"])
                try? await Task.sleep(for: .seconds(pause))
                pause = min(5, pause * 2)
            }
        }
    }

    // MARK: Watching

    /// A number that grows whenever the job changes, durable or not.
    public func version(of id: String) -> Int { versions[id] ?? 0 }

    /// Returns when the job's version is above `version`, or after `timeout`.
    public func waitForChange(of id: String, after version: Int, timeout: Duration) async {
        guard (versions[id] ?? 0) <= version, !stopped else { return }
        watcherCount += 1
        let key = watcherCount
        let timer = Task {
            try? await Task.sleep(for: timeout)
            self.wake(id, key)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume()
                } else {
                    watchers[id, default: [:]][key] = continuation
                }
            }
        } onCancel: {
            Task { await self.wake(id, key) }
        }
        timer.cancel()
    }

    private func wake(_ id: String, _ key: Int) {
        watchers[id]?.removeValue(forKey: key)?.resume()
    }

    private func changed(_ job: Job) {
        versions[job.id, default: 0] += 1
        let waiting = watchers.removeValue(forKey: job.id) ?? [:]
        for (_, continuation) in waiting { continuation.resume() }
        if job.state.isOver, waiting.isEmpty { versions[job.id] = nil }
    }

    // MARK: Lanes

    private func enterLane(_ id: String) async {
        if lanes[id]?.busy == true {
            await withCheckedContinuation { continuation in
                lanes[id]?.waiting.append(continuation)
            }
        } else {
            lanes[id, default: Lane()].busy = true
        }
    }

    private func leaveLane(_ id: String) {
        guard var lane = lanes[id] else { return }
        if lane.waiting.isEmpty {
            lanes[id] = nil
        } else {
            // The lane stays busy and passes to the next.
            let next = lane.waiting.removeFirst()
            lanes[id] = lane
            next.resume()
        }
    }
}
