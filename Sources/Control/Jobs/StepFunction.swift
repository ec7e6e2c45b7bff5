// SPDX-License-Identifier: Apache-2.0
public import Foundation
import Host

/// The job machine: what becomes of `job` when `event` happens. Pure; the runner makes it durable and performs
/// `job.pending`.
///
/// An event that does not fit the job's step changes nothing: lost, doubled and late callbacks are normal.
public func step(_ job: Job, _ event: JobEvent, policy: Policy, now: Date) -> StepResult {
    var machine = StepMachine(job: job, policy: policy, now: now)
    machine.handle(event)
    return machine.result
}

/// One run of the step function.
struct StepMachine {
    var result: StepResult
    let policy: Policy
    let now: Date

    var job: Job {
        get { result.job }
        set { result.job = newValue }
    }

    init(job: Job, policy: Policy, now: Date) {
        result = StepResult(job: job)
        self.policy = policy
        self.now = now
    }

    mutating func handle(_ event: JobEvent) {
        switch event {
        case .start(let token, let helloToken):
            guard job.serial == 0 else { return }
            begin(token: token, helloToken: helloToken)
            result.message = "\(job.kind.rawValue) ordered"
        case .resume: resume()
        case .outcome(let id, let outcome):
            guard !job.state.isOver, let planned = job.pending, planned.id == id else { return }
            handle(outcome, of: planned)
        case .observed(let observation): handle(observation)
        case .deadline(let serial):
            guard !job.state.isOver, serial == job.serial, let waiting = job.waitingFor, now >= waiting.deadline else {
                return
            }
            handleDeadline(waiting)
        case .confirmed(let serial):
            guard !job.state.isOver, serial == job.serial, job.waitingFor?.person != nil else { return }
            done(" as a person confirmed")
        case .abort:
            guard !job.state.isOver else { return }
            end(.aborted, JobFailure(code: "aborted", message: "aborted by order"))
        case .retry(let token, let helloToken):
            guard job.state == .failed || job.state == .aborted else { return }
            retry(token: token, helloToken: helloToken)
        }
        if result.message != nil { job.updated = now }
    }

    /// Ordered again: from the first step with fresh tokens, or, when the image is on the disk already, from there.
    private mutating func retry(token: String, helloToken: String) {
        job.failure = nil
        result.changes += [.machineFailure(nil), .machineClaimed]
        if job.kind == .deploy, job.facts.disk != nil {
            result.changes.append(.instanceState(.deploying))
            enter(.bootDisk)
            result.message = "goes on at boot-disk: the image is on the disk already"
            return
        }
        job.facts = Facts()
        job.step = job.order.steps[0]
        begin(token: token, helloToken: helloToken)
        result.message = "\(job.kind.rawValue) ordered again"
    }

    private mutating func begin(token: String, helloToken: String) {
        switch job.kind {
        case .deploy:
            job.facts.token = token
            job.facts.helloToken = helloToken
            result.changes += [.machineState(.deploying), .instanceState(.deploying), .bootVerdict(.unknown)]
        case .release: result.changes += [.machineState(.releasing), .instanceState(.releasing)]
        case .inspect: result.changes.append(.machineState(.verifying))
        case .power, .boot: break
        }
        enter(job.step)
    }

    /// Enters a step: plans its effect and starts its clock.
    mutating func enter(_ step: Step) {
        job.step = step
        job.serial += 1
        job.permille = 0
        job.pending = step.effect(job, layers: policy.layers).map {
            PlannedEffect(id: job.serial, effect: $0, attempt: 0, notBefore: nil)
        }
        job.state = job.pending == nil ? .waiting : .running
        job.waitingFor = Waiting(
            what: step.waitsFor, since: now, deadline: now.addingTimeInterval(step.limit(policy.timeouts)))
        if step == .bootNetwork { job.facts.bootAttempts += 1 }
    }

    /// Goes to the step after the current one, or ends the job well.
    mutating func advance() {
        let steps = job.order.steps
        guard let index = steps.firstIndex(of: job.step), index + 1 < steps.count else {
            end(.succeeded, nil)
            return
        }
        enter(steps[index + 1])
        // What is waited for may have been seen while the step before was still under way.
        if job.step == .awaitNetworkBoot, job.facts.networkBootSeen { advance() }
        if job.step == .awaitFirstBoot, job.facts.firstBoot != nil { finishVerified() }
    }

    /// Ends the job, and with it whatever token it held.
    mutating func end(_ state: JobState, _ failure: JobFailure?) {
        job.state = state
        job.serial += 1
        job.failure = failure
        job.pending = nil
        job.waitingFor = nil
        if policy.layers.oneTimeToken { job.facts.token = nil }
        if let failure {
            result.message = "\(state.rawValue) at \(job.step.rawValue): \(failure.message)"
            result.changes.append(.machineFailure("\(job.kind.rawValue): \(failure.message)"))
            if job.kind == .deploy { result.changes.append(.instanceState(.failed)) }
        } else {
            job.permille = 1000
            result.changes.append(.machineFailure(nil))
            switch job.kind {
            case .deploy:
                result.changes += [
                    .instanceState(.deployed), .instanceDeployed(now), .machineState(.deployed),
                ]
            case .release: result.changes.append(.instanceRemoved)
            case .inspect: result.changes.append(.machineState(.available))
            case .power, .boot: break
            }
        }
        result.changes.append(.machineReleased)
    }

    private mutating func resume() {
        guard !job.state.isOver else { return }
        guard job.serial > 0 else { return }
        job.serial += 1
        if let waiting = job.waitingFor {
            // The time the process was away does not count against the machine.
            let grace = now.addingTimeInterval(min(60, job.step.limit(policy.timeouts)))
            job.waitingFor?.deadline = max(waiting.deadline, grace)
        }
        if let planned = job.pending {
            guard planned.effect.isRepeatable else {
                end(
                    .failed,
                    JobFailure(
                        code: "maybe-applied",
                        message: "the power action was interrupted (restart or hold); it may have been applied "
                            + "and is not repeated: look at the machine and order again if needed"))
                return
            }
            job.pending = PlannedEffect(
                id: job.serial, effect: planned.effect, attempt: planned.attempt, notBefore: nil)
        }
        result.message = "goes on at \(job.step.rawValue) after a restart"
    }
}
