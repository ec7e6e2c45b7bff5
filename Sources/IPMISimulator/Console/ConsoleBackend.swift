// SPDX-License-Identifier: Apache-2.0

/// The far end of a machine's serial line, when it is outside the simulator.
///
/// *Isolation*: every function may be called on any thread, and must not block.
public protocol ConsoleBackend: AnyObject, Sendable {
    /// From now on what the machine prints goes to `sink`, on any thread; nil ends it.
    func attach(_ sink: (@Sendable ([UInt8]) -> Void)?)
    /// Bytes that were typed.
    func type(_ bytes: [UInt8])
    /// A break.
    func makeBreak()
}
