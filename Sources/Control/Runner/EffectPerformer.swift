// SPDX-License-Identifier: Apache-2.0

/// Does effects. The one that reaches hardware is `HardwareEffects`; tests bring their own.
public protocol EffectPerformer: Sendable {
    /// Performs `effect` for `job` and tells how it ended; never throws, never blocks the calling thread.
    func perform(_ effect: Effect, for job: Job) async -> EffectOutcome
}
