// SPDX-License-Identifier: Apache-2.0
import Foundation
import Store

/// Applies what a step decided about machine and instance, inside the job's transaction.
struct ChangeWriter {
    let transaction: Transaction
    let job: Job
    let now: Date

    func apply(_ changes: [Change]) throws {
        guard !changes.isEmpty else { return }
        var machine = try transaction.get(Machine.self, job.machine)
        var instance = try job.instance.flatMap { try transaction.get(Instance.self, $0) }
        for change in changes {
            switch change {
            case .machineState(.available) where machine?.instance != nil: break
            case .machineState(.verifying) where machine?.state != .enrolled: break
            case .machineState(let state): machine?.state = state
            case .machinePower(let power): machine?.power = ObservedPower(state: power, at: now)
            case .machineFailure(let reason): machine?.failure = reason
            case .machineInventory(let components): machine?.inventory = components
            case .bootVerdict(let verdict): machine?.bootVerdict = verdict
            case .instanceState(let state): instance?.state = state
            case .instanceDeployed(let date): instance?.deployed = date
            case .instanceRemoved:
                if let gone = instance { try transaction.delete(Instance.self, gone.id) }
                instance = nil
                machine?.instance = nil
                machine?.state = .available
            case .machineClaimed:
                if let owner = machine?.job, owner != job.id {
                    throw ControlError(.conflict, "machine \(job.machine) is busy with job \(owner)")
                }
                machine?.job = job.id
            case .machineReleased:
                if machine?.job == job.id { machine?.job = nil }
                if machine?.state == .verifying { machine?.state = .enrolled }
            }
        }
        if let machine { try transaction.put(machine) }
        if let instance { try transaction.put(instance) }
    }
}
