// SPDX-License-Identifier: Apache-2.0

/// Whether a machine has power.
public enum PowerState: String, Sendable, CaseIterable {
    case off
    case on
    case turningOn
    case turningOff

    /// Whether current flows, as IPMI's chassis status tells it.
    public var hasPower: Bool { self == .on || self == .turningOff }
}

/// What a BMC may be asked to do.
public enum PowerAction: String, Sendable, CaseIterable {
    case on, off, softOff, cycle, reset, nmi
}

/// How a chassis took an action.
public enum PowerAnswer: Sendable, Equatable {
    case done
    /// The machine is already there; nothing happened.
    case already
    /// Makes no sense now, such as a reset of a machine that is off.
    case wrongState
}

/// How long a machine takes for what it does.
public struct ChassisTiming: Sendable, Equatable {
    /// From the order to power.
    public var on: Duration
    /// From the order to no power.
    public var off: Duration
    /// Between off and on of a power cycle.
    public var cyclePause: Duration
    /// From power or reset to the choice of the boot device.
    public var post: Duration
    /// From the request to shut down to no power.
    public var softOff: Duration

    public init(
        on: Duration = .milliseconds(50), off: Duration = .milliseconds(50), cyclePause: Duration = .milliseconds(100),
        post: Duration = .milliseconds(200), softOff: Duration = .milliseconds(500)
    ) {
        self.on = on
        self.off = off
        self.cyclePause = cyclePause
        self.post = post
        self.softOff = softOff
    }

    /// Times as real servers need them.
    public static let realistic = ChassisTiming(
        on: .seconds(2), off: .seconds(4), cyclePause: .seconds(5), post: .seconds(75), softOff: .seconds(25))
}
