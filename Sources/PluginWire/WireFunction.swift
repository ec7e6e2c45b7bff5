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
    case sensorsRead = 80
    case eventLogRead = 96
    case eventLogClear = 97
    case consoleOpen = 112
    case mediaBegin = 128
    case mediaPoll = 129
    case mediaEnd = 130
    case firmwareBegin = 144
    case firmwarePoll = 145
    case firmwareEnd = 146
    case vendorInvoke = 160
    case sweepRead = 176

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
        case .sensorsRead: "sensors.read"
        case .eventLogRead: "eventlog.read"
        case .eventLogClear: "eventlog.clear"
        case .consoleOpen: "console.open"
        case .mediaBegin: "media.begin"
        case .mediaPoll: "media.poll"
        case .mediaEnd: "media.end"
        case .firmwareBegin: "firmware.begin"
        case .firmwarePoll: "firmware.poll"
        case .firmwareEnd: "firmware.end"
        case .vendorInvoke: "vendor.invoke"
        case .sweepRead: "sweep.read"
        }
    }

    /// Whether the function changes the machine, so that a lost answer leaves its effect in doubt.
    public var isMutating: Bool {
        switch self {
        case .powerSet, .bootSet, .eventLogClear, .mediaBegin, .mediaEnd, .firmwareBegin, .firmwareEnd, .vendorInvoke:
            true
        case .driverOpen, .driverClose, .driverProbe, .powerGet, .bootGet, .inventoryRead, .installerDetect,
            .installerRender, .installerEvent, .sensorsRead, .eventLogRead, .consoleOpen, .mediaPoll, .firmwarePoll,
            .sweepRead:
            false
        }
    }
}
