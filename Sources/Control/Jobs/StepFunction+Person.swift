// SPDX-License-Identifier: Apache-2.0
import Foundation

extension StepMachine {
    /// Whether a person is to switch the machine on now.
    var isWaitingToBeSwitchedOn: Bool { job.step == .powerOn && job.waitingFor?.person == .switchOn }

    /// Stops here until a person says that it is done, or the network shows it. Survives restarts: nothing is pending.
    mutating func awaitPerson(_ hint: String, of planned: PlannedEffect) {
        guard case .ensurePower(let on) = planned.effect else { return }
        if case .release(force: true) = job.order {
            done(" unconfirmed: a person would have to switch the machine off")
            return
        }
        let task: PersonTask = on ? .switchOn : .switchOff
        job.serial += 1
        job.pending = nil
        job.state = .waiting
        job.waitingFor = Waiting(
            what: "a person to switch \(task.rawValue) \(job.machine)" + (hint.isEmpty ? "" : " (\(hint))"), since: now,
            deadline: now.addingTimeInterval(policy.timeouts.person), code: "person.not-confirmed", person: task)
        result.message =
            "waits for \(job.waitingFor?.what ?? ""); then: ingot machine confirm \(job.machine)"
    }
}
