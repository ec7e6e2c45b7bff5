// SPDX-License-Identifier: Apache-2.0

/// An interface of the driver contract that one device has or lacks.
public enum DeviceInterface: String, Sendable, Hashable, CaseIterable, Codable {
    case power
    case boot
    case sensors
    case eventlog
    case inventory
    case console
    case media
    case firmware
    case vendor
    case sweep

    /// The interface's id in a manifest's `extensions`, such as `ingot.power/1`.
    public var id: String { "ingot.\(rawValue)/1" }
}

/// What is known about one device having something.
public enum Answer: String, Sendable, Hashable, CaseIterable, Codable {
    case yes
    case no
    case unknown
}
