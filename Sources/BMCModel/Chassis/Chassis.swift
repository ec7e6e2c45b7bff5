// SPDX-License-Identifier: Apache-2.0

/// The machine behind a BMC: a pure state that is handed the time, shared by every protocol that speaks for it.
///
/// Times are `Duration`s since the simulation began. `advance` brings the machine to a moment; every other function
/// does so first.
public struct Chassis: Sendable {
    public var identity: Identity
    public var hardware: Hardware
    public var timing: ChassisTiming
    /// The firmware's own boot order.
    public var bootOrder: [BootTarget]
    /// Something outside plays the machine: it takes the boot override itself and tells when it goes off.
    public var isDrivenFromOutside = false

    public private(set) var power: PowerState
    public private(set) var bootOverride = BootOverride.none
    /// Every boot since the simulation began, oldest first; the last 256 are kept.
    public private(set) var boots: [BootRecord] = []
    /// How often power came on, went off, and a reset was made; tests count effects by it.
    public private(set) var counts = EffectCounts()
    public var sensors: [Sensor]
    public var eventLog: EventLog
    public private(set) var isIdentifying = false

    /// When the override lapses if no boot has used it (IPMI's 60 s rule); nil never.
    private var overrideLapsesAt: Duration?
    private var pending: [(at: Duration, what: Transition)] = []
    private var identifyUntil: Duration?
    /// Past the self-test, so that an operating system would hear a request to shut down.
    public private(set) var isBooted = false
    /// The machine stands still and keeps its power; only a reset or a loss of power helps.
    public private(set) var isStalled = false

    /// Whether current flows, whatever was ordered since.
    private var hasCurrent: Bool

    private enum Transition: Sendable { case powerOn, powerOff, bootChoice }

    public init(
        identity: Identity = Identity(), hardware: Hardware = Hardware(), timing: ChassisTiming = ChassisTiming(),
        power: PowerState = .off, bootOrder: [BootTarget] = [.pxe, .disk], sensors: [Sensor] = Sensor.ordinary,
        eventLog: EventLog = EventLog()
    ) {
        self.identity = identity
        self.hardware = hardware
        self.timing = timing
        self.power = power
        self.bootOrder = bootOrder
        self.sensors = sensors
        self.eventLog = eventLog
        isBooted = power == .on
        hasCurrent = power.hasPower
    }

    // MARK: Time

    /// When something happens next by itself; nil when nothing is pending.
    public var nextChange: Duration? {
        [pending.map(\.at).min(), overrideLapsesAt, identifyUntil].compactMap { $0 }.min()
    }

    /// Brings the machine to this moment.
    public mutating func advance(to now: Duration) {
        while let index = pending.indices.filter({ pending[$0].at <= now }).min(by: { pending[$0].at < pending[$1].at })
        {
            let (at, what) = pending.remove(at: index)
            lapse(at)
            switch what {
            case .powerOn: becomeOn(at)
            case .powerOff: becomeOff(at)
            case .bootChoice: if !isDrivenFromOutside { chooseBoot(at) }
            }
        }
        lapse(now)
        if let until = identifyUntil, until <= now { (identifyUntil, isIdentifying) = (nil, false) }
    }

    // MARK: Power

    /// Takes an order of a BMC.
    public mutating func perform(_ action: PowerAction, at now: Duration) -> PowerAnswer {
        advance(to: now)
        switch action {
        case .on:
            guard power != .on, power != .turningOn else { return .already }
            pending.removeAll { $0.what == .powerOff }
            power = .turningOn
            pending.append((now + timing.on, .powerOn))
        case .off:
            guard power != .off else { return .already }
            pending.removeAll()
            power = .turningOff
            pending.append((now + timing.off, .powerOff))
        case .softOff:
            guard power == .on else { return power == .off ? .already : .wrongState }
            counts.softOffs += 1
            // Nobody listens before an operating system runs.
            guard isBooted else { return .done }
            if !isDrivenFromOutside { pending.append((now + timing.softOff, .powerOff)) }
        case .cycle:
            guard power == .on else { return .wrongState }
            pending.removeAll()
            power = .turningOff
            pending.append((now + timing.off, .powerOff))
            pending.append((now + timing.off + timing.cyclePause, .powerOn))
        case .reset:
            guard power == .on else { return .wrongState }
            counts.resets += 1
            pending.removeAll()
            beginPOST(now)
        case .nmi:
            guard power == .on else { return .wrongState }
            counts.nmis += 1
        }
        return .done
    }

    /// The machine has lost or switched off its own power.
    public mutating func losePower(at now: Duration) {
        advance(to: now)
        guard power != .off else { return }
        pending.removeAll()
        becomeOff(now)
    }

    /// Whoever drives the machine says that its operating system runs.
    public mutating func noteBooted(at now: Duration) {
        advance(to: now)
        isBooted = power == .on
    }

    /// The machine's processors stop for ever, as when a device on their bus does not answer any more.
    public mutating func stall(at now: Duration) {
        advance(to: now)
        guard power.hasPower else { return }
        isStalled = true
        isBooted = false
        pending.removeAll { $0.what == .bootChoice }
        counts.stalls += 1
    }

    // MARK: Boot override

    /// Keeps an override. With `lapsesAfter`, it is dropped when no boot takes it within that time.
    public mutating func setBoot(_ override: BootOverride, lapsesAfter: Duration? = nil, at now: Duration) {
        advance(to: now)
        bootOverride = override.target == .none && override.mode == nil ? .none : override
        overrideLapsesAt = lapsesAfter.map { now + $0 }
    }

    /// The override as firmware takes it: one that is not persistent is used up.
    public mutating func takeBootOverride(at now: Duration) -> BootOverride {
        advance(to: now)
        let taken = bootOverride
        if !taken.persistent { bootOverride = .none }
        overrideLapsesAt = nil
        return taken
    }

    // MARK: Identify

    /// Switches the identify light on for some time (nil: until told otherwise), or off with zero.
    public mutating func identify(for time: Duration?, at now: Duration) {
        advance(to: now)
        isIdentifying = time != .zero
        identifyUntil = time == .zero ? nil : time.map { now + $0 }
    }

    // MARK: Inside

    private mutating func becomeOn(_ at: Duration) {
        power = .on
        if !hasCurrent { counts.powerOns += 1 }
        hasCurrent = true
        beginPOST(at)
    }

    private mutating func becomeOff(_ at: Duration) {
        power = .off
        isBooted = false
        isStalled = false
        if hasCurrent { counts.powerOffs += 1 }
        hasCurrent = false
        pending.removeAll { $0.what == .bootChoice || $0.what == .powerOff }
        if !pending.isEmpty { power = .turningOn }
    }

    private mutating func beginPOST(_ at: Duration) {
        isBooted = false
        isStalled = false
        pending.removeAll { $0.what == .bootChoice }
        pending.append((at + timing.post, .bootChoice))
        // A boot under way keeps the override from lapsing before firmware has looked at it.
        overrideLapsesAt = nil
    }

    private mutating func chooseBoot(_ at: Duration) {
        let taken = bootOverride
        if !taken.persistent { bootOverride = .none }
        overrideLapsesAt = nil
        let target = taken.target == .none ? bootOrder.first ?? .disk : taken.target
        boots.append(
            BootRecord(
                at: at, target: target, mode: taken.mode ?? hardware.firmwareMode, byOverride: taken.target != .none))
        if boots.count > 256 { boots.removeFirst(boots.count - 256) }
        isBooted = target != .setup
    }

    private mutating func lapse(_ now: Duration) {
        guard let at = overrideLapsesAt, at <= now else { return }
        (overrideLapsesAt, bootOverride) = (nil, .none)
    }
}

/// What has been done to a machine.
public struct EffectCounts: Sendable, Equatable {
    public var powerOns = 0
    public var powerOffs = 0
    public var resets = 0
    public var softOffs = 0
    public var nmis = 0
    public var stalls = 0
}
