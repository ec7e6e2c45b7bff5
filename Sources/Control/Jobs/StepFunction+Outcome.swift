// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host

extension StepMachine {
    /// An effect ended: keep what it told, go on, try again later, or fail.
    mutating func handle(_ outcome: EffectOutcome, of planned: PlannedEffect) {
        switch outcome {
        case .failed(let failure): handle(failure, of: planned)
        case .needsPerson(let hint): awaitPerson(hint, of: planned)
        case .done: done("")
        case .power(let power):
            result.changes.append(.machinePower(power))
            done(": power is \(power)")
        case .inventory(let components):
            result.changes.append(.machineInventory(components))
            done(": \(components.count) components")
        case .rendered(let rendered):
            job.facts.rendered = rendered
            done("")
        case .boot(let kept):
            handleBoot(kept, of: planned)
        }
    }

    mutating func done(_ detail: String) {
        result.message = "\(job.step.rawValue) done\(detail)"
        advance()
    }

    private mutating func handleBoot(_ kept: BootSetting, of planned: PlannedEffect) {
        guard case .setBoot(let wanted) = planned.effect else { return }
        job.facts.bootReadBack = kept.target == wanted.target
        guard kept.target == wanted.target else {
            result.changes.append(.bootVerdict(.lied))
            handle(
                EffectFailure(
                    code: "boot.not-kept",
                    message: "the BMC acknowledged boot device \(wanted.target) and reads back \(kept.target)",
                    retryable: planned.attempt < 3),
                of: planned)
            return
        }
        var detail = ": read back \(kept.target)"
        if !wanted.persistent, kept.persistent {
            result.changes.append(.bootVerdict(.lied))
            detail += ", but persistently"
        }
        if wanted.persistent, !kept.persistent {
            detail += " (the BMC does not tell persistence)"
        }
        done(detail)
    }

    private mutating func handle(_ failure: EffectFailure, of planned: PlannedEffect) {
        let step = job.step
        if failure.unsupported, step == .bootNetwork || step == .bootDisk || step == .clearBoot {
            // Boot order unmanaged: the PXE answer and the token carry the deployment (layers c and d).
            job.facts.bootReadBack = false
            done(": not supported by this machine's driver (\(failure.message))")
            return
        }
        if failure.unsupported, step == .readInventory || step == .probe {
            done(": not supported by this machine's driver")
            return
        }
        if case .release(force: true) = job.order {
            done(" unconfirmed: \(failure.message)")
            return
        }
        let deadline = job.waitingFor?.deadline ?? now
        guard failure.retryable, planned.effect.isRepeatable, now < deadline else {
            end(
                .failed, JobFailure(code: failure.code, message: failure.message, attempts: failure.attempts))
            return
        }
        let pause = max(failure.retryAfter ?? 0, min(30, 0.5 * pow(2, Double(min(planned.attempt, 10)))))
        job.serial += 1
        job.pending = PlannedEffect(
            id: job.serial, effect: planned.effect, attempt: planned.attempt + 1,
            notBefore: now.addingTimeInterval(pause))
        job.state = .waiting
        job.waitingFor?.what = "\(step.waitsFor) (\(failure.message))"
        job.waitingFor?.code = failure.code
        result.message =
            "\(step.rawValue) failed, tried again in \(String(format: "%.1f", pause)) s: \(failure.message)"
    }

    /// The step's time is up.
    mutating func handleDeadline(_ waiting: Waiting) {
        switch job.step {
        case .awaitNetworkBoot where job.facts.bootAttempts < policy.bootAttempts:
            enter(.powerOff)
            result.message = "no network boot was seen; ordered again"
        case .awaitNetworkBoot:
            result.changes.append(.bootVerdict(.lied))
            fail(
                "boot.not-seen",
                "the BMC acknowledged network boot, but the machine never asked for it; check the NIC's MAC address, "
                    + "cabling and that PXE is enabled in the firmware")
        case .awaitBegin: fail("agent.not-seen", "the network boot was served, but the agent never asked to begin")
        case .install: fail("agent.silent", "the agent said nothing since \(iso(waiting.since)) while writing")
        case .awaitFirstBoot:
            result.changes.append(.bootVerdict(.unverified))
            job.facts.firstBoot = "not seen"
            end(.succeeded, nil)
            result.message = "installed; the first boot from disk was not seen in time, so it stays unverified"
        default: fail(waiting.code ?? "deadline", "gave up waiting for \(waiting.what)")
        }
    }

    mutating func fail(_ code: String, _ message: String) {
        end(.failed, JobFailure(code: code, message: message))
    }

    private func iso(_ date: Date) -> String { date.formatted(.iso8601) }
}
