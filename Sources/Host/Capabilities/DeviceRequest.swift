// SPDX-License-Identifier: Apache-2.0

/// Something that can be asked of a device, as far as capabilities tell it apart.
public enum DeviceRequest: Sendable, Equatable {
    case readPower
    case power(PowerAction)
    case readBoot
    case boot(BootSetting)
    case inventory
    case sensors
    case readEvents
    case clearEvents
    case console
    /// Insert or eject; nil is any slot.
    case media(slot: String?)
    case firmware
    case vendor(method: String)

    /// The interface it belongs to.
    public var interface: DeviceInterface {
        switch self {
        case .readPower, .power: .power
        case .readBoot, .boot: .boot
        case .inventory: .inventory
        case .sensors: .sensors
        case .readEvents, .clearEvents: .eventlog
        case .console: .console
        case .media: .media
        case .firmware: .firmware
        case .vendor: .vendor
        }
    }

    /// Whether it changes the device.
    public var isMutating: Bool {
        switch self {
        case .readPower, .readBoot, .inventory, .sensors, .readEvents: false
        case .power, .boot, .clearEvents, .console, .media, .firmware, .vendor: true
        }
    }

    /// Its name in the API and in messages, such as `power.soft-off` or `boot.pxe`.
    public var name: String {
        switch self {
        case .readPower: "power.status"
        case .power(let action): "power.\(action.name)"
        case .readBoot: "boot.status"
        case .boot(let setting):
            "boot.\(setting.target.name)" + (setting.persistent ? ".persistent" : "")
                + (setting.mode.map { ".\($0.rawValue)" } ?? "")
        case .inventory: "inventory"
        case .sensors: "sensors"
        case .readEvents: "events"
        case .clearEvents: "events.clear"
        case .console: "console"
        case .media(let slot): slot.map { "media.\($0)" } ?? "media"
        case .firmware: "firmware"
        case .vendor(let method): "vendor.\(method)"
        }
    }
}
