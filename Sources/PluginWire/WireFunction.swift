// SPDX-License-Identifier: Apache-2.0

/// A function of the plugin ABI, as a call frame names it.
public enum WireFunction: UInt32, Sendable, CaseIterable {
    case driverOpen = 1
    case driverClose = 2
    case driverProbe = 3
    case powerGet = 16
    case powerSet = 17
    case bootGet = 32
    case bootSet = 33
    case inventoryRead = 48
    case installerDetect = 64
    case installerRender = 65
    case installerEvent = 66

    /// The name a person reads, such as `power.set`.
    public var name: String {
        switch self {
        case .driverOpen: "driver.open"
        case .driverClose: "driver.close"
        case .driverProbe: "driver.probe"
        case .powerGet: "power.get"
        case .powerSet: "power.set"
        case .bootGet: "boot.get"
        case .bootSet: "boot.set"
        case .inventoryRead: "inventory.read"
        case .installerDetect: "installer.detect"
        case .installerRender: "installer.render"
        case .installerEvent: "installer.event"
        }
    }

    /// Whether the function changes the machine, so that a lost answer leaves its effect in doubt.
    public var isMutating: Bool { self == .powerSet || self == .bootSet }
}
