// SPDX-License-Identifier: Apache-2.0

/// The power state a device reports. Numbers are those of the plugin ABI.
public enum PowerState: Int32, Sendable, Hashable, CaseIterable, Codable {
    case unknown = 0
    case off = 1
    case on = 2
    /// On its way from one to the other.
    case changing = 3

    public var name: String { String(describing: self) }
}

/// What to do with a machine's power. Numbers are those of the plugin ABI.
public enum PowerAction: Int32, Sendable, Hashable, CaseIterable, Codable {
    /// Succeeds when the machine is on already.
    case on = 1
    /// At once, without asking the operating system; succeeds when the machine is off already.
    case off = 2
    /// Asks the operating system to shut down.
    case softOff = 3
    case cycle = 4
    case reset = 5
    /// Non-maskable interrupt, for a crash dump.
    case nmi = 6

    /// The name as commands write it, such as `soft-off`.
    public var name: String { self == .softOff ? "soft-off" : String(describing: self) }

    public init?(name: String) {
        guard let action = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = action
    }
}
