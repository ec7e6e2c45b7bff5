// SPDX-License-Identifier: Apache-2.0
public import BMCModel

/// How one vendor's service is shaped: who it says it is, what its resources are called, which of them exist and
/// what it does differently. Profiles are data; the service behind them is one.
public struct RedfishProfile: Sendable, Equatable {
    /// Where the slots of virtual media are found.
    enum MediaPlace: Sendable { case manager, system }

    /// What answers for temperatures, fans and supplies.
    enum Telemetry: Sendable {
        /// `Thermal` and `Power`.
        case legacy
        /// `ThermalSubsystem`, `PowerSubsystem` and `Sensors`.
        case subsystems
        case both
    }

    public let name: String
    /// One sentence for the list of profiles.
    public let summary: String
    /// What it behaves like beside the clean service.
    public var behaviours: Set<RedfishBehaviour> = []
    /// Who made the machine, when the machine behind the service does not say.
    public var identity: Identity

    var product = "Redfish service"
    var redfishVersion = "1.20.0"
    /// What `Vendor` of the service root says; nil leaves it out.
    var rootVendor: String?
    /// The key of the vendor's own members under `Oem`, and what it says of the system and the manager.
    var oemKey: String?
    var systemOem: JSON = [:]
    var managerOem: JSON = [:]
    var managerModel = "BMC"

    var systemID = "1"
    var chassisID = "1"
    var managerID = "1"
    var systemLog = "SEL"
    /// The system's log is a log of the manager instead.
    var logIsManagers = false
    var managerLog = "Audit"
    var storageID = "1"
    var processorPrefix = "CPU"
    var memoryPrefix = "DIMM"

    var telemetry = Telemetry.both
    var mediaPlace = MediaPlace.manager
    var mediaSlots: [MediaSlotShape] = [
        MediaSlotShape(id: "Cd", types: ["CD", "DVD"]), MediaSlotShape(id: "Usb", types: ["USBStick"]),
    ]
    var resetValues = [
        "On", "ForceOff", "GracefulShutdown", "GracefulRestart", "ForceRestart", "Nmi", "ForceOn", "PushPowerButton",
        "PowerCycle",
    ]
    var bootTargets = ["None", "Pxe", "Hdd", "Cd", "Usb", "BiosSetup", "UefiTarget", "UefiHttp"]
    var hasActionInfo = true
    var hasBios = true
    var hasSecureBoot = true
    var hasEvents = true
    var hasUpdate = true
    var hasMultipartPush = true
    var hasTasks = true
    var hasJSONSchemas = true
    var hasBootOptions = true
    var hasStorage = true
    var hasMedia = true
    var hasLogs = true
    /// PATCH is answered with the resource; else 204.
    var patchShowsResource = true
    /// The manager tells of a serial console by SSH.
    var serialConsole = ["SSH", "IPMI"]
    var bootAttributes: [BiosAttribute] = BiosAttribute.ordinary

    init(_ name: String, _ summary: String, identity: Identity = Identity()) {
        self.name = name
        self.summary = summary
        self.identity = identity
    }

    /// The profile of that name.
    public init?(named name: String) {
        guard let profile = Self.all.first(where: { $0.name == name }) else { return nil }
        self = profile
    }

    var systemPath: String { "/redfish/v1/Systems/\(systemID)" }
    var chassisPath: String { "/redfish/v1/Chassis/\(chassisID)" }
    var managerPath: String { "/redfish/v1/Managers/\(managerID)" }
    var mediaPath: String { (mediaPlace == .manager ? managerPath : systemPath) + "/VirtualMedia" }
    var systemLogPath: String { "\(logIsManagers ? managerPath : systemPath)/LogServices/\(systemLog)" }
    var hasSensors: Bool { telemetry != .legacy }
    var hasThermal: Bool { telemetry != .subsystems }
}

/// One slot of virtual media.
struct MediaSlotShape: Sendable, Equatable {
    var id: String
    var types: [String]
}

/// One attribute of the BIOS and what it may be.
struct BiosAttribute: Sendable, Equatable {
    var name: String
    var value: JSON
    /// Empty when any value of the same type will do.
    var choices: [String] = []

    static let ordinary = [
        BiosAttribute(name: "BootMode", value: "Uefi", choices: ["Uefi", "Bios"]),
        BiosAttribute(name: "ProcVirtualization", value: "Enabled", choices: ["Enabled", "Disabled"]),
        BiosAttribute(name: "SriovGlobalEnable", value: "Disabled", choices: ["Enabled", "Disabled"]),
        BiosAttribute(name: "AssetTag", value: ""),
        BiosAttribute(name: "PxeRetryCount", value: 3),
    ]
}
