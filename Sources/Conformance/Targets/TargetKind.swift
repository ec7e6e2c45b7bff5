// SPDX-License-Identifier: Apache-2.0

/// What a driver is checked against, as the command line names it.
public enum TargetKind: Sendable, Equatable, CustomStringConvertible {
    /// No device: only the library is looked at.
    case none
    /// A simulator that each check starts for itself: `line`, `ipmi`, `ipmi-c3`, `redfish-<profile>`, `outlet`, `openipmi`.
    case simulator(String)
    /// A recorded trace.
    case replay(String)
    /// A real device, by the file with its configuration.
    case device(String)

    public init(_ text: String) {
        if text.hasPrefix("sim:") {
            self = .simulator(String(text.dropFirst(4)))
        } else if text == "openipmi" {
            self = .simulator("openipmi")
        } else if text.hasPrefix("replay:") {
            self = .replay(String(text.dropFirst(7)))
        } else {
            self = text.isEmpty ? .none : .device(text)
        }
    }

    public var description: String {
        switch self {
        case .none: "none"
        case .simulator("openipmi"): "openipmi"
        case .simulator(let name): "sim:\(name)"
        case .replay(let file): "replay:\(file)"
        case .device(let file): file
        }
    }

    /// What kind of place a check is made in.
    var place: Check.Place {
        switch self {
        case .none: .library
        case .simulator: .simulator
        case .replay: .replay
        case .device: .hardware
        }
    }
}
