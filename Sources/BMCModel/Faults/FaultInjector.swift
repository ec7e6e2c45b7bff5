// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Decides, from a seed, when each fault strikes. The same seed and the same questions give the same answers.
///
/// Faults may be changed while the simulator runs. Every fault has a stream of random numbers of its own, so that one
/// fault does not change when another strikes.
public final class FaultInjector: Sendable {
    private struct Active {
        var fault: Fault
        var random: SeededRandom
        var asked = 0
        var struck = 0
    }

    private let seed: UInt64
    private let active: Mutex<[String: Active]>

    public init(_ faults: [Fault] = [], seed: UInt64 = 0) {
        self.seed = seed
        active = Mutex([:])
        set(faults)
    }

    /// Replaces all faults; counters begin anew.
    public func set(_ faults: [Fault]) {
        active.withLock { active in
            active = [:]
            for fault in faults {
                let name = fault.kind.name
                active[name] = Active(fault: fault, random: SeededRandom(seed: seed, name: name))
            }
        }
    }

    public var faults: [Fault] { active.withLock { $0.values.map(\.fault) }.sorted { "\($0)" < "\($1)" } }

    /// The fault, when it is there; its rate, `after` and `count` are not looked at.
    public func present(_ name: String) -> Fault? { active.withLock { $0[name]?.fault } }

    /// The fault, when it strikes now: past `after` questions, at most `count` times, as often as `rate` says.
    public func strikes(_ name: String) -> Fault? {
        active.withLock { active in
            guard var entry = active[name] else { return nil }
            defer { active[name] = entry }
            entry.asked += 1
            let fault = entry.fault
            let parameters = fault.kind.parameters.map(\.name)
            if parameters.contains("after"), entry.asked <= fault.whole("after") { return nil }
            if parameters.contains("count"), entry.struck >= fault.whole("count") { return nil }
            if parameters.contains("rate"), !entry.random.happens(fault["rate"]) { return nil }
            entry.struck += 1
            return fault
        }
    }

    /// A random number of that fault's own stream, 0 up to 1; 0 when the fault is not there.
    public func fraction(_ name: String) -> Double { active.withLock { $0[name]?.random.fraction() ?? 0 } }

    /// Random bytes of that fault's own stream.
    public func bytes(_ name: String, count: Int) -> [UInt8] {
        active.withLock { active in
            guard count > 0, active[name] != nil else { return [] }
            return (0..<count).map { _ in UInt8(truncatingIfNeeded: active[name]?.random.next() ?? 0) }
        }
    }
}
