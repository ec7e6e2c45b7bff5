// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Host

/// A change to the machine or instance that goes into the same transaction as the job.
public enum Change: Sendable, Equatable {
    case machineState(MachineState)
    case machinePower(PowerState)
    case machineFailure(String?)
    case machineInventory([JSONValue])
    case bootVerdict(BootVerdict)
    case instanceState(InstanceState)
    case instanceDeployed(Date)
    /// The instance is gone and the machine free.
    case instanceRemoved
    /// The job takes the machine (again).
    case machineClaimed
    /// The job gives the machine back.
    case machineReleased
}

/// What `step` decided: the job's next state, what goes with it, and one line for the journal.
public struct StepResult: Sendable, Equatable {
    public var job: Job
    public var changes: [Change] = []
    /// Nil when the event changed nothing.
    public var message: String?

    /// A result that begins with no changes.
    public init(job: Job, message: String? = nil) {
        self.job = job
        self.message = message
    }
}
