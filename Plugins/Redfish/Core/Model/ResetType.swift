// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// The reset types of Redfish (Resource schema, `ResetType`) that Ingot has words for.
enum ResetType: String, CaseIterable {
    case on = "On"
    case forceOn = "ForceOn"
    case forceOff = "ForceOff"
    case gracefulShutdown = "GracefulShutdown"
    case powerCycle = "PowerCycle"
    case forceRestart = "ForceRestart"
    case nmi = "Nmi"

    /// What an action may be told as, best first.
    static func candidates(for action: PowerAction) -> [ResetType] {
        switch action {
        case .on: [.on, .forceOn]
        case .off: [.forceOff]
        case .softOff: [.gracefulShutdown]
        case .cycle: [.powerCycle]
        case .reset: [.forceRestart]
        case .nmi: [.nmi]
        }
    }
}

extension PowerState {
    /// The state by Redfish's name (Resource schema, `PowerState`).
    init(redfish name: String?) {
        switch name {
        case "On": self = .on
        case "Off": self = .off
        case "PoweringOn", "PoweringOff": self = .changing
        default: self = .unknown
        }
    }
}
