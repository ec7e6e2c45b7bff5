// SPDX-License-Identifier: Apache-2.0
import Foundation
public import Host
public import Store

extension Controller {
    /// Orders a power action; the reply is the job that carries it out.
    public func orderPower(_ action: PowerAction, machine: String) async throws -> Job {
        try await require(.power(action), of: machine, field: "action")
        return try await order(.power(action), machine: machine)
    }

    /// Orders a boot device.
    public func orderBoot(_ setting: BootSetting, machine: String) async throws -> Job {
        try await require(.boot(setting), of: machine, field: "target")
        return try await order(.boot(setting), machine: machine)
    }

    /// Orders an out-of-band inspection.
    public func orderInspect(machine: String) async throws -> Job {
        try await order(.inspect, machine: machine)
    }

    private func order(_ order: Order, machine name: String) async throws -> Job {
        let job = Job(id: Self.makeJobID(order.kind), machine: name, instance: nil, order: order, now: Date())
        try await store.write { try Self.claim(job, $0) }
        await runner.begin(job.id)
        return job
    }

    /// Gives the job its machine and writes both.
    static func claim(_ job: Job, _ transaction: Transaction) throws {
        var machine = try claimable(job.machine, transaction)
        machine.job = job.id
        try transaction.put(machine)
        try transaction.put(job)
    }

    /// The machine, when a new job may take it.
    static func claimable(_ name: String, _ transaction: Transaction) throws -> Machine {
        guard let machine = try transaction.get(Machine.self, name) else {
            throw ControlError(.notFound, "there is no machine \(name)", field: "machine")
        }
        if machine.hold {
            throw ControlError(.held, "machine \(name) is on hold; `ingot machine hold \(name) --release` first")
        }
        if let owner = machine.job {
            throw ControlError(.conflict, "machine \(name) is busy with job \(owner)", field: "machine")
        }
        return machine
    }

    /// All jobs, newest first, of one machine when named.
    public func jobs(machine: String? = nil) async throws -> [Job] {
        let stored = try await store.read { try $0.all(Job.self) }
        return stored.filter { machine == nil || $0.machine == machine }.sorted { $0.created > $1.created }
    }

    /// One job, with progress that is not yet durable.
    public func job(_ id: String) async throws -> Job {
        guard let job = try await runner.current(id) else { throw ControlError(.notFound, "there is no job \(id)") }
        return job
    }

    /// A job and its journal after `seq`. Waits up to `wait` for news when there is none and the job goes on.
    public func events(job id: String, after seq: Int64, wait: Duration) async throws -> (Job, [JournalEntry]) {
        let version = await runner.version(of: id)
        let before = try await job(id)
        var entries = try await store.read { try $0.journal(job: id, after: seq) }
        if entries.isEmpty, !before.state.isOver, wait > .zero {
            await runner.waitForChange(of: id, after: version, timeout: wait)
            entries = try await store.read { try $0.journal(job: id, after: seq) }
        }
        return (try await job(id), entries)
    }

    /// Orders a failed or aborted job again: from its first step with fresh tokens, or from boot-disk when the image is
    /// on the disk already.
    public func retry(job id: String) async throws -> Job {
        let job = try await job(id)
        guard job.state == .failed || job.state == .aborted else {
            throw ControlError(.conflict, "job \(id) is \(job.state.rawValue); only a failed or aborted job is retried")
        }
        try await store.read { transaction in _ = try Self.claimable(job.machine, transaction) }
        if let name = job.instance, try await store.read({ try $0.get(Instance.self, name)?.job }) != id {
            throw ControlError(.conflict, "instance \(name) is gone or was ordered anew; job \(id) is history")
        }
        return try await runner.submit(.retry(token: Token.make(), helloToken: Token.make()), to: id)
    }

    /// Says that a person has done what the machine's job waits for; the reply is the job as it goes on.
    ///
    /// - Parameter task: what was done, so that a confirmation that comes twice is not taken for the next one.
    public func confirm(_ task: PersonTask, machine name: String) async throws -> Job {
        guard try await store.read({ try $0.get(Machine.self, name) }) != nil else {
            throw ControlError(.notFound, "there is no machine \(name)", field: "machine")
        }
        guard let job = await runner.activeJob(machine: name), let waiting = job.waitingFor, let asked = waiting.person
        else { throw ControlError(.conflict, "no job waits for a person at machine \(name)") }
        guard asked == task else {
            throw ControlError(
                .conflict, "job \(job.id) waits for machine \(name) to be switched \(asked.rawValue)", field: "action")
        }
        guard await !runner.isHeld(name) else {
            throw ControlError(.held, "machine \(name) is on hold; `ingot machine hold \(name) --release` first")
        }
        return try await runner.submit(.confirmed(serial: job.serial), to: job.id)
    }

    /// Ends a job where it stands; the machine keeps the state it is in.
    public func abort(job id: String) async throws -> Job {
        let job = try await job(id)
        guard !job.state.isOver else { throw ControlError(.conflict, "job \(id) is over: \(job.state.rawValue)") }
        return try await runner.submit(.abort, to: id)
    }
}
