// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// One machine for several protocols and threads, with a clock of its own.
public final class SharedChassis: Sendable {
    private let chassis: Mutex<Chassis>
    private let clock: @Sendable () -> Duration
    private let listener = Mutex<(@Sendable (PowerAction) -> Void)?>(nil)
    private let stallListener = Mutex<(@Sendable () -> Void)?>(nil)

    /// - Parameter clock: the time since the simulation began.
    public init(_ chassis: Chassis, clock: @escaping @Sendable () -> Duration) {
        self.chassis = Mutex(chassis)
        self.clock = clock
    }

    /// A machine on the real clock, which begins now.
    public convenience init(_ chassis: Chassis) {
        let start = ContinuousClock.now
        self.init(chassis) { start.duration(to: .now) }
    }

    public var now: Duration { clock() }

    /// Reads or changes the machine, brought to the present first.
    public func withChassis<Result: Sendable>(
        _ body: @Sendable (inout Chassis, _ now: Duration) throws -> Result
    ) rethrows -> Result {
        let now = clock()
        return try chassis.withLock { chassis in
            chassis.advance(to: now)
            return try body(&chassis, now)
        }
    }

    /// The machine as it is now.
    public var snapshot: Chassis { withChassis { chassis, _ in chassis } }

    /// Takes an order of a BMC, and tells the listener when it was carried out.
    ///
    /// - Parameter adjust: changes the times that this one action takes.
    public func perform(
        _ action: PowerAction, adjust: (@Sendable (inout ChassisTiming) -> Void)? = nil
    ) -> PowerAnswer {
        let answer = withChassis { chassis, now in
            let timing = chassis.timing
            adjust?(&chassis.timing)
            defer { chassis.timing = timing }
            return chassis.perform(action, at: now)
        }
        if answer == .done, let listener = listener.withLock({ $0 }) { listener(action) }
        return answer
    }

    /// Makes the machine stand still, when it has power, and tells the listener.
    public func stall() {
        let stalls = withChassis { chassis, now in
            chassis.stall(at: now)
            return chassis.isStalled
        }
        if stalls { stallListener.withLock { $0 }?() }
    }

    /// Who is told when the machine stands still; one at most.
    public func onStall(_ body: (@Sendable () -> Void)?) { stallListener.withLock { $0 = body } }

    /// Who is told of each action that was carried out; one at most.
    public func onAction(_ body: (@Sendable (PowerAction) -> Void)?) {
        listener.withLock { $0 = body }
    }
}
