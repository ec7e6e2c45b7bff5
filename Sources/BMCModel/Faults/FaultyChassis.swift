// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Synchronization

/// A machine as its BMC tells it and moves it: the machine itself behind the faults of the scope `chassis`.
///
/// Every protocol of one BMC shares one of these. Without a fault it is the machine as it is.
public final class FaultyChassis: Sendable {
    public let chassis: SharedChassis
    public let faults: FaultInjector

    private struct State {
        /// The override that reads back though it was not kept.
        var shown: BootOverride?
        /// The state of power that was read last, and when.
        var power: (state: PowerState, at: Duration)?
        /// What the BMC's clock is away from the true time, in seconds.
        var clockOffset: Int64 = 0
    }

    private let state = Mutex(State())
    private let epoch: Int64

    /// - Parameter epoch: seconds since 1970 at the beginning of the simulation; nil is the system's clock.
    public init(_ chassis: SharedChassis, faults: FaultInjector, epoch: Int64? = nil) {
        self.chassis = chassis
        self.faults = faults
        self.epoch = epoch ?? Int64(time(nil)) - chassis.now.components.seconds
    }

    // MARK: Power

    /// Takes an order. A sequencer that is stuck acknowledges it and does nothing.
    public func perform(_ action: PowerAction) -> PowerAnswer {
        if let stale = faults.present("power-stale") { _ = remembered(for: stale.time()) }
        let now = chassis.snapshot.power
        switch action {
        case .off, .softOff, .cycle:
            if now != .off, faults.strikes("power-stuck-on") != nil { return .done }
        case .on:
            if now == .off, faults.strikes("power-stuck-off") != nil { return .done }
        case .reset, .nmi: break
        }
        guard let slow = faults.strikes("power-slow") else { return chassis.perform(action) }
        let time = slow.time()
        return chassis.perform(action) { timing in
            timing.on = time
            timing.off = time
            timing.softOff = time
        }
    }

    /// The state of power as the BMC tells it.
    public var power: PowerState {
        guard let stale = faults.present("power-stale") else { return chassis.snapshot.power }
        return remembered(for: stale.time())
    }

    /// What was read up to so long ago; else what is now.
    private func remembered(for age: Duration) -> PowerState {
        let (current, now) = chassis.withChassis { chassis, now in (chassis.power, now) }
        return state.withLock { state in
            if let kept = state.power, now - kept.at < age { return kept.state }
            state.power = (current, now)
            return current
        }
    }

    // MARK: Boot override

    /// Takes an override; always acknowledged.
    public func setBoot(_ override: BootOverride, lapsesAfter: Duration? = nil) {
        if let ignored = faults.strikes("boot-ignored") {
            state.withLock { $0.shown = ignored.whole("shown") == 0 ? nil : override }
            return
        }
        state.withLock { $0.shown = nil }
        var kept = override
        if !kept.persistent, kept.target != .none, faults.strikes("boot-once-sticks") != nil {
            kept.persistent = true
        } else if kept.persistent, faults.strikes("boot-persistent-lost") != nil {
            kept.persistent = false
        }
        let stored = kept
        chassis.withChassis { chassis, now in chassis.setBoot(stored, lapsesAfter: lapsesAfter, at: now) }
    }

    /// The override as it reads back.
    public var boot: BootOverride {
        var read = state.withLock { $0.shown } ?? chassis.snapshot.bootOverride
        if faults.strikes("boot-wrong-readback") != nil { read.target = read.target == .disk ? .pxe : .disk }
        return read
    }

    // MARK: Sensors and clock

    /// The sensors as they read now: no value without power for those that need it.
    public var sensors: [Sensor] {
        let machine = chassis.snapshot
        let isMissing = faults.strikes("sensor-missing") != nil
        return machine.sensors.map { sensor in
            guard isMissing || sensor.needsPower && !machine.power.hasPower else { return sensor }
            var sensor = sensor
            sensor.value = nil
            sensor.states = []
            sensor.isReadable = false
            return sensor
        }
    }

    /// Seconds since 1970 by the BMC's clock.
    public var seconds: Int64 {
        let jump = Int64(faults.present("clock-jump")?.whole("seconds") ?? 0)
        return trueSeconds + state.withLock { $0.clockOffset } + jump
    }

    /// Sets the BMC's clock, to seconds since 1970.
    public func setClock(_ seconds: Int64) {
        let now = trueSeconds
        state.withLock { $0.clockOffset = min(max(seconds, 0), 1 << 40) - now }
    }

    private var trueSeconds: Int64 { epoch + chassis.now.components.seconds }
}
