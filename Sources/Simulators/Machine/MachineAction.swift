// SPDX-License-Identifier: Apache-2.0

/// What the shell around a `MachineCore` has to do.
public enum MachineAction: Sendable, Equatable {
    /// Stop the running activity at once; its result does not count any more.
    case stopActivity
    /// Start an activity and report its result.
    case start(Activity)
    /// Tell the BMC that the machine has switched itself off.
    case powerDown
    /// Write a line to the machine's log.
    case note(MachineEvent, String)
}
