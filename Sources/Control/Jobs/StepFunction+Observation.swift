// SPDX-License-Identifier: Apache-2.0
import Foundation

extension StepMachine {
    /// The deployment network saw something. Only a deploy job cares, and only where it fits.
    mutating func handle(_ observation: Observation) {
        guard job.kind == .deploy, job.serial > 0 else { return }
        if observation == .hello { return handleHello() }
        guard !job.state.isOver else { return }
        switch observation {
        case .networkBoot(let what):
            guard !job.facts.networkBootSeen, job.step == .awaitNetworkBoot || job.step == .powerOn else { return }
            job.facts.networkBootSeen = true
            // Seen before the power-on call returned: the step goes on when the call does. A person needs not say what the
            // network shows.
            if job.step == .awaitNetworkBoot || isWaitingToBeSwitchedOn { advance() }
            result.message = "network boot seen: \(what)"
        case .agentStarted:
            guard job.step == .awaitNetworkBoot || job.step == .awaitBegin || isWaitingToBeSwitchedOn else { return }
            job.facts.networkBootSeen = true
            if job.step == .awaitNetworkBoot || isWaitingToBeSwitchedOn { advance() }
            result.message = "the agent started"
        case .agentBegan(let bootID, let token): handleBegin(bootID: bootID, token: token)
        case .agentProgress(let bootID, let phase, let permille):
            guard job.step == .install, bootID == job.facts.grantedBootID else { return }
            job.permille = max(0, min(1000, permille))
            let deadline = now.addingTimeInterval(policy.timeouts.agentSilence)
            job.waitingFor?.what = "the agent, \(phase) the image"
            job.waitingFor?.deadline = deadline
            result.message = "\(phase) \(job.permille / 10) %"
        case .agentCompleted(let bootID, let sha256, let disk):
            handleComplete(bootID: bootID, sha256: sha256, disk: disk)
        case .agentFailed(let bootID, let code, let reason):
            let before = job.step == .awaitBegin || job.step == .awaitNetworkBoot
            guard before || (job.step == .install && bootID == job.facts.grantedBootID) else { return }
            fail(code, "the agent stopped: \(reason)")
        case .localBoot(let what): firstBootSeen("local boot answered to \(what)")
        case .systemAddress: firstBootSeen("the installed system asked for its address")
        case .hello: break
        }
    }

    /// The greeting often comes after other evidence has ended the job; it is noted then, and settles the verdict.
    private mutating func handleHello() {
        guard !job.facts.greeted, job.facts.disk != nil else { return }
        let text = "the installed system greeted"
        job.facts.greeted = true
        switch job.state {
        case .succeeded:
            result.changes.append(.bootVerdict(.verified))
            result.message = text
        case .failed, .aborted:
            // Kept for the retry, which goes on after the writing.
            job.facts.firstBoot = text
            result.message = text
        case .running, .waiting: firstBootSeen(text)
        }
    }

    /// The one place where an installer is let in. One boot id per token, for ever.
    private mutating func handleBegin(bootID: String, token: String) {
        let expected = job.step == .awaitNetworkBoot || job.step == .awaitBegin || isWaitingToBeSwitchedOn
        let open = policy.layers.oneTimeToken ? expected && job.facts.grantedBootID == nil : true
        guard open, token == job.facts.token, job.facts.grantedBootID != bootID else { return }
        job.facts.grantedBootID = bootID
        job.facts.networkBootSeen = true
        enter(.install)
        result.message = "the agent may begin"
    }

    private mutating func handleComplete(bootID: String, sha256: String, disk: String) {
        guard job.step == .install, bootID == job.facts.grantedBootID,
            case .deploy(let ordered, _) = job.order
        else { return }
        guard sha256 == ordered else {
            fail("image.digest", "the agent wrote an image with SHA-256 \(sha256) instead of \(ordered)")
            return
        }
        job.facts.disk = disk
        advance()
        result.message = "image written and verified on \(disk)"
    }

    private mutating func firstBootSeen(_ evidence: String) {
        guard job.step == .awaitFirstBoot || job.step == .bootDisk, job.facts.firstBoot == nil else { return }
        job.facts.firstBoot = evidence
        result.message = evidence
        if job.step == .awaitFirstBoot { finishVerified() }
    }

    /// Ends a deployment whose first boot from disk was seen.
    mutating func finishVerified() {
        let message = result.message
        result.changes.append(.bootVerdict(.verified))
        end(.succeeded, nil)
        result.message = message
    }
}
