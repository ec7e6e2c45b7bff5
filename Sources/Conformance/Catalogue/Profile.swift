// SPDX-License-Identifier: Apache-2.0

/// A level of certificate: the interfaces a driver must have, and whose checks it must pass.
public enum Profile: String, Sendable, CaseIterable {
    case basic
    case provision
    case lifecycle
    case profilePack = "profile-pack"

    /// Short names of the interfaces it asks for.
    public var interfaces: [String] {
        switch self {
        case .basic: ["driver", "power", "boot"]
        case .provision: Self.basic.interfaces + ["inventory"]
        case .lifecycle: Self.provision.interfaces + ["firmware", "eventlog", "sensors"]
        case .profilePack: ["installer"]
        }
    }

    /// Of these, one is enough.
    public var alternatives: [String] { self == .provision || self == .lifecycle ? ["media", "console"] : [] }

    /// Whether a check counts for it.
    func covers(_ check: Check, without: Set<String> = []) -> Bool {
        let wanted = Set(interfaces + alternatives).subtracting(without)
        return check.interfaces.allSatisfy(wanted.contains)
    }
}
