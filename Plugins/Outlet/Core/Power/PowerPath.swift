// SPDX-License-Identifier: Apache-2.0
public import PluginKit

/// The power of one machine without a BMC, by PDU outlets over SNMP, by Wake-on-LAN, or by both.
///
/// It holds no connection, so there is nothing to close, and it may be used from any thread. What an outlet says is
/// about the outlet: a machine with a live outlet may still be off, if its firmware does not start by itself.
///
/// The secrets are members at the top of the driver's configuration (see `PowerPath.secretNames`), because the host
/// keeps secrets by those names.
///
/// ```swift
/// let path = PowerPath(try PowerConfiguration(json: json))
/// try path.set(.on, call)
/// let state = try path.state(call)
/// ```
public struct PowerPath: Sendable {
    /// What was configured.
    public let configuration: PowerConfiguration

    /// Secrets it may ask the host for: the community, the two passwords of SNMP version 3, the SecureOn password.
    public static let secretNames = [
        SNMPSession.communitySecret, SNMPSession.authenticationSecret, SNMPSession.privacySecret,
        WakeOnLAN.passwordSecret,
    ]

    /// Actions that some configuration has; what this machine's has is `actions`.
    public static let possibleActions: [PowerAction] = [.on, .off, .cycle]

    /// Takes a configuration that has been checked. Nothing is sent.
    public init(_ configuration: PowerConfiguration) {
        self.configuration = configuration
    }

    private var outlets: Outlets? { configuration.outlet.map(Outlets.init) }
    private var wake: WakeOnLAN? { configuration.wakeOnLAN.map(WakeOnLAN.init) }

    /// What can be done: on, off and cycle with an outlet; on alone without.
    public var actions: [PowerAction] { configuration.outlet == nil ? [.on] : Self.possibleActions }

    /// The state can be read; without an outlet it is always unknown.
    public var canReadState: Bool { configuration.outlet != nil }

    /// The outlets' state: off when all are off, on when all are on, changing when one is about to, else unknown.
    ///
    /// Without an outlet it is unknown and nothing is asked. Throws `invalid` when the PDU has no such outlet or a secret
    /// cannot be used, `auth`, `forbidden`, `unreachable`, `protocol`, `timeout`, `cancelled`.
    public func state(_ call: borrowing Call) throws(PluginError) -> PowerState {
        guard let outlets else { return .unknown }
        return try outlets.state(call)
    }

    /// Switches, and reads back that all outlets are as they were told.
    ///
    /// On and off succeed when already there, without sending a change. With both members, on is: outlets on, a wait of
    /// `wake_after_seconds` if they were off, magic packet. Cycle is off, `off_seconds`, on. Throws `unsupported` for what
    /// `actions` does not have, without sending anything; `state` for a cycle of a machine whose outlets are off; and what
    /// `state` throws, maybe-applied once a change may have arrived.
    public func set(_ action: PowerAction, _ call: borrowing Call) throws(PluginError) {
        guard actions.contains(action) else {
            let reason =
                configuration.outlet == nil ? "without an outlet only on works" : "an outlet has only on, off, cycle"
            throw PluginError(.unsupported, "\(action.name): \(reason)")
        }
        switch action {
        case .off: try outlets?.turn(false, call)
        case .cycle:
            try outlets?.cycle(call)
            try wake(afterOutlet: true, call)
        default:
            let isSwitched = try outlets?.turn(true, call) ?? false
            try wake(afterOutlet: isSwitched, call)
        }
    }

    private func wake(afterOutlet: Bool, _ call: borrowing Call) throws(PluginError) {
        guard let wake else { return }
        try afterChange(afterOutlet) { () throws(PluginError) in
            if afterOutlet { try call.pause(wake.configuration.delay) }
            try wake.send(call)
        }
    }

    /// One line for `evidence`: what the power depends on.
    public var summary: String {
        var parts: [String] = []
        if let outlet = configuration.outlet {
            let outlets = outlet.outlets.map(Outlets.text).joined(separator: ", ")
            parts.append(
                "outlet \(outlets) of the PDU at \(outlet.access.name), SNMP \(outlet.access.version.rawValue)")
        }
        if let wake = configuration.wakeOnLAN {
            let digits = wake.mac.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
            parts.append("Wake-on-LAN to \(digits.joined(separator: ":"))")
        }
        return parts.joined(separator: "; ")
    }
}
