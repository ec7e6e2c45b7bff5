// SPDX-License-Identifier: Apache-2.0
public import BMCModel

extension RedfishProfile {
    /// Every profile there is; the first is the clean one.
    public static let all: [RedfishProfile] = [
        generic, dellIDRAC9, dellIDRAC10, hpeILO4, hpeILO5, lenovoXCC, supermicroX11, openBMC, huaweiIBMC, ami, minimal,
        aged, loongson,
    ]

    /// The clean service of the specification, which the others are told apart from.
    public static let generic: RedfishProfile = {
        var profile = RedfishProfile("generic", "what the specification says and nothing else")
        profile.rootVendor = "Ingot"
        profile.product = "Ingot simulated BMC"
        return profile
    }()

    static let dellIDRAC9: RedfishProfile = {
        var profile = RedfishProfile(
            "dell-idrac9", "Dell PowerEdge with iDRAC9",
            identity: Identity(
                vendor: "Dell Inc.", model: "PowerEdge R640", serial: "SIMD009", bmcFirmware: "6.10.30.00",
                biosVersion: "2.17.1", manufacturerID: 674, productID: 0x0100))
        profile.asDell()
        profile.product = "Integrated Dell Remote Access Controller"
        profile.redfishVersion = "1.15.0"
        profile.managerModel = "14G Monolithic"
        profile.behaviours = [.notReadyRetry, .jobRunningBusy, .etagNotOnActions]
        return profile
    }()

    static let dellIDRAC10: RedfishProfile = {
        var profile = RedfishProfile(
            "dell-idrac10", "Dell PowerEdge with iDRAC10",
            identity: Identity(
                vendor: "Dell Inc.", model: "PowerEdge R670", serial: "SIMD010", bmcFirmware: "1.20.25.00",
                biosVersion: "1.2.6", manufacturerID: 674, productID: 0x0100))
        profile.asDell()
        profile.product = "Integrated Dell Remote Access Controller"
        profile.redfishVersion = "1.20.1"
        profile.managerModel = "17G Monolithic"
        profile.mediaPlace = .system
        profile.mediaSlots = [
            MediaSlotShape(id: "1", types: ["CD", "DVD", "USBStick"]),
            MediaSlotShape(id: "2", types: ["CD", "DVD", "USBStick"]),
        ]
        profile.behaviours = [
            .notReadyRetry, .jobRunningBusy, .etagNotOnActions, .acceptIdentity, .bootViaSettings, .onAfterOffConflict,
        ]
        return profile
    }()

    private mutating func asDell() {
        rootVendor = "Dell"
        oemKey = "Dell"
        systemID = "System.Embedded.1"
        chassisID = "System.Embedded.1"
        managerID = "iDRAC.Embedded.1"
        systemLog = "Sel"
        logIsManagers = true
        managerLog = "Lclog"
        storageID = "RAID.Integrated.1-1"
        processorPrefix = "CPU.Socket."
        memoryPrefix = "DIMM.Socket.A"
        mediaSlots = [
            MediaSlotShape(id: "RemovableDisk", types: ["USBStick"]), MediaSlotShape(id: "CD", types: ["CD", "DVD"]),
        ]
        resetValues = [
            "On", "ForceOff", "ForceRestart", "GracefulRestart", "GracefulShutdown", "PushPowerButton", "Nmi",
            "PowerCycle",
        ]
        systemOem = ["DellSystem": ["LastResetTime": "2025-01-01T00:00:00Z", "PowerCapEnabledState": "Disabled"]]
        managerOem = ["DelliDRACCard": ["IPMIVersion": "2.0", "URLString": "https://127.0.0.1"]]
        serialConsole = ["SSH", "IPMI"]
    }

    static let hpeILO4: RedfishProfile = {
        var profile = RedfishProfile(
            "hpe-ilo4", "HPE ProLiant Gen9 with iLO 4",
            identity: Identity(
                vendor: "HPE", model: "ProLiant DL360 Gen9", serial: "SIMH004", bmcFirmware: "2.82",
                biosVersion: "P89 v2.92", manufacturerID: 11, productID: 0x2020))
        profile.asHPE()
        profile.oemKey = "Hp"
        profile.product = "iLO 4"
        profile.redfishVersion = "1.0.0"
        profile.managerModel = "iLO 4"
        profile.bootTargets = ["None", "Cd", "Hdd", "Usb", "Utilities", "Diags", "BiosSetup", "Pxe"]
        profile.hasActionInfo = false
        profile.behaviours = [.noBootMode, .ejectNeedsBody]
        return profile
    }()

    static let hpeILO5: RedfishProfile = {
        var profile = RedfishProfile(
            "hpe-ilo5", "HPE ProLiant Gen10 with iLO 5",
            identity: Identity(
                vendor: "HPE", model: "ProLiant DL380 Gen10", serial: "SIMH005", bmcFirmware: "iLO 5 v2.78",
                biosVersion: "U30 v2.76", manufacturerID: 47196, productID: 0x0200))
        profile.asHPE()
        profile.product = "ProLiant DL380 Gen10"
        profile.redfishVersion = "1.6.0"
        profile.managerModel = "iLO 5"
        profile.behaviours = [.noAcceptIdentity, .bootLockedInPOST, .ejectNeedsBody]
        return profile
    }()

    private mutating func asHPE() {
        rootVendor = "HPE"
        oemKey = "Hpe"
        systemLog = "IML"
        managerLog = "IEL"
        storageID = "DE00A000"
        processorPrefix = ""
        memoryPrefix = "proc1dimm"
        telemetry = .legacy
        mediaSlots = [
            MediaSlotShape(id: "1", types: ["Floppy", "USBStick"]), MediaSlotShape(id: "2", types: ["CD", "DVD"]),
        ]
        resetValues = ["On", "ForceOff", "GracefulShutdown", "ForceRestart", "Nmi", "PushPowerButton"]
        systemOem = ["PostState": "FinishedPost", "IntelligentProvisioningIndex": 3]
        managerOem = ["License": ["LicenseString": "iLO Advanced", "LicenseType": "Perpetual"]]
        hasMultipartPush = false
    }

    static let lenovoXCC: RedfishProfile = {
        var profile = RedfishProfile(
            "lenovo-xcc", "Lenovo ThinkSystem with XClarity Controller",
            identity: Identity(
                vendor: "Lenovo", model: "ThinkSystem SR650", serial: "SIML001", bmcFirmware: "CDI3A4E 9.20",
                biosVersion: "IVE178C", manufacturerID: 19046, productID: 0x0101))
        profile.rootVendor = "Lenovo"
        profile.oemKey = "Lenovo"
        profile.product = "Lenovo XClarity Controller"
        profile.redfishVersion = "1.13.0"
        profile.managerModel = "Lenovo XClarity Controller"
        profile.systemLog = "Standard"
        profile.managerLog = "Maintenance"
        profile.storageID = "RAID_Slot3"
        profile.mediaSlots = [
            MediaSlotShape(id: "EXT1", types: ["CD", "DVD"]), MediaSlotShape(id: "EXT2", types: ["CD", "DVD"]),
            MediaSlotShape(id: "Remote1", types: ["USBStick"]),
        ]
        profile.resetValues = [
            "On", "Nmi", "GracefulShutdown", "GracefulRestart", "ForceOn", "ForceOff", "ForceRestart",
        ]
        profile.systemOem = ["SystemStatus": "OSBooted", "TotalPowerOnHours": 1234]
        profile.managerOem = ["KCSEnabled": true, "release_name": "simulated"]
        profile.behaviours = [.bootOnceOnly, .mediaByPatch]
        return profile
    }()

    static let supermicroX11: RedfishProfile = {
        var profile = RedfishProfile(
            "supermicro-x11", "Supermicro X11 board",
            identity: Identity(
                vendor: "Supermicro", model: "SYS-1029P-WTR", serial: "SIMS011", bmcFirmware: "01.74.13",
                biosVersion: "3.8b", manufacturerID: 10876, productID: 0x0991))
        profile.rootVendor = "Supermicro"
        profile.oemKey = "Supermicro"
        profile.product = "X11"
        profile.redfishVersion = "1.8.0"
        profile.managerModel = "ASPEED"
        profile.systemLog = "Log1"
        profile.managerLog = "Log1"
        profile.storageID = "HA-RAID"
        profile.telemetry = .legacy
        profile.hasMultipartPush = false
        profile.patchShowsResource = false
        profile.mediaSlots = [MediaSlotShape(id: "UsbCd", types: ["UsbCd"])]
        profile.systemOem = ["NodeManager": ["@odata.id": "/redfish/v1/Systems/1/Oem/Supermicro/NodeManager"]]
        profile.managerOem = ["SmartPower": ["AutomaticPowerCycle": "Disabled"]]
        profile.behaviours = [.etagNever, .bootEnabledAlways, .bootModeResend, .mediaUSBCD, .mediaImageOnly]
        return profile
    }()

    static let openBMC: RedfishProfile = {
        var profile = RedfishProfile(
            "openbmc", "OpenBMC's bmcweb",
            identity: Identity(
                vendor: "OpenBMC", model: "Simulated board", serial: "SIMO001", bmcFirmware: "2.14.0",
                biosVersion: "1.4.0", manufacturerID: 49871, productID: 0x0001))
        profile.redfishVersion = "1.17.0"
        profile.product = "OpenBMC"
        profile.oemKey = "OpenBmc"
        profile.managerModel = "OpenBmc"
        profile.systemID = "system"
        profile.chassisID = "chassis"
        profile.managerID = "bmc"
        profile.systemLog = "EventLog"
        profile.managerLog = "Journal"
        profile.storageID = "1"
        profile.processorPrefix = "cpu"
        profile.memoryPrefix = "dimm"
        profile.telemetry = .subsystems
        profile.patchShowsResource = false
        profile.hasBios = true
        profile.hasSecureBoot = false
        profile.hasBootOptions = false
        profile.mediaSlots = [
            MediaSlotShape(id: "Slot_0", types: ["CD", "USBStick"]),
            MediaSlotShape(id: "Slot_1", types: ["CD", "USBStick"]),
        ]
        profile.bootTargets = ["None", "Pxe", "Hdd", "Cd", "Diags", "BiosSetup", "Usb"]
        profile.resetValues = [
            "On", "ForceOn", "ForceOff", "ForceRestart", "GracefulRestart", "GracefulShutdown",
            "PowerCycle", "Nmi",
        ]
        profile.behaviours = [.mediaSkipInactionable, .taskMonitorSuffix]
        return profile
    }()

    static let huaweiIBMC: RedfishProfile = {
        var profile = RedfishProfile(
            "huawei-ibmc", "Huawei FusionServer with iBMC, and its relatives",
            identity: Identity(
                vendor: "Huawei", model: "2288H V5", serial: "SIMB001", bmcFirmware: "6.41", biosVersion: "0.81",
                manufacturerID: 2011, productID: 0x0001))
        profile.rootVendor = "Huawei"
        profile.oemKey = "Huawei"
        profile.product = "iBMC"
        profile.redfishVersion = "1.0.2"
        profile.managerModel = "iBMC"
        profile.systemLog = "Log1"
        profile.managerLog = "OperateLog"
        profile.storageID = "RAIDStorage0"
        profile.telemetry = .legacy
        profile.hasMultipartPush = false
        profile.hasActionInfo = false
        profile.hasBootOptions = false
        profile.bootTargets = ["None", "Pxe", "Floppy", "Cd", "Hdd", "BiosSetup"]
        profile.resetValues = ["On", "ForceOff", "GracefulShutdown", "ForceRestart", "Nmi", "PowerCycle"]
        profile.mediaSlots = [MediaSlotShape(id: "CD", types: ["CD", "DVD"])]
        profile.systemOem = ["PowerOnStrategy": "AlwaysPowerOn", "DeviceOwnerID": "simulated"]
        profile.managerOem = ["LoginRule": [], "SMSStatus": "Disabled"]
        profile.behaviours = [.etagFresh]
        return profile
    }()

    static let ami: RedfishProfile = {
        var profile = RedfishProfile(
            "ami", "AMI MegaRAC, as many makers ship it",
            identity: Identity(
                vendor: "ASRockRack", model: "ROMED8-2T", serial: "SIMA001", bmcFirmware: "12.60.01",
                biosVersion: "P3.50", manufacturerID: 49622, productID: 0x0009))
        profile.rootVendor = "AMI"
        profile.oemKey = "Ami"
        profile.product = "AMI Redfish Server"
        profile.redfishVersion = "1.11.0"
        profile.managerModel = "MegaRAC"
        profile.systemID = "Self"
        profile.chassisID = "Self"
        profile.managerID = "Self"
        profile.systemLog = "BIOS"
        profile.managerLog = "SEL"
        profile.mediaSlots = [
            MediaSlotShape(id: "CD1", types: ["CD", "DVD"]), MediaSlotShape(id: "HD1", types: ["USBStick"]),
        ]
        profile.patchShowsResource = false
        profile.managerOem = ["VirtualMedia": ["RMediaStatus": "Enabled"]]
        profile.behaviours = [.etagRequired, .bootAllAlways]
        return profile
    }()

    static let minimal: RedfishProfile = {
        var profile = RedfishProfile(
            "minimal", "power and boot and hardly more, without sessions",
            identity: Identity(vendor: "Contoso", model: "Small server", serial: "SIMM001", bmcFirmware: "0.9"))
        profile.redfishVersion = "1.0.0"
        profile.telemetry = .legacy
        profile.hasActionInfo = false
        profile.hasBios = false
        profile.hasSecureBoot = false
        profile.hasEvents = false
        profile.hasUpdate = false
        profile.hasTasks = false
        profile.hasJSONSchemas = false
        profile.hasBootOptions = false
        profile.hasStorage = false
        profile.hasMedia = false
        profile.hasLogs = false
        profile.resetValues = ["On", "ForceOff", "GracefulShutdown", "ForceRestart"]
        profile.bootTargets = ["None", "Pxe", "Hdd"]
        profile.serialConsole = []
        profile.behaviours = [.basicOnly, .resetValuesUnlisted]
        return profile
    }()

    static let aged: RedfishProfile = {
        var profile = RedfishProfile(
            "aged", "an old BMC web server: no second request on a connection, ETags of one form only",
            identity: Identity(vendor: "Contoso", model: "Old server", serial: "SIMG001", bmcFirmware: "1.02"))
        profile.redfishVersion = "1.0.2"
        profile.telemetry = .legacy
        profile.hasActionInfo = false
        profile.hasBootOptions = false
        profile.hasMultipartPush = false
        profile.hasEvents = false
        profile.behaviours = [.connectionClose, .etagStrongOnly, .noSessionContext]
        return profile
    }()

    static let loongson: RedfishProfile = {
        var profile = RedfishProfile(
            "loongson", "a LoongArch server with a BMC that speaks Redfish",
            identity: Identity(
                vendor: "LOONGSON", model: "LS2C5LE", serial: "SIMLS01", bmcFirmware: "1.05", biosVersion: "4.0.0"))
        profile.rootVendor = "LOONGSON"
        profile.product = "Loongson server"
        profile.redfishVersion = "1.8.0"
        profile.telemetry = .legacy
        profile.hasSecureBoot = false
        profile.hasMultipartPush = false
        profile.bootTargets = ["None", "Pxe", "Hdd", "Cd", "Usb", "BiosSetup"]
        profile.resetValues = ["On", "ForceOff", "GracefulShutdown", "ForceRestart", "PowerCycle"]
        return profile
    }()

    /// A machine as this profile's maker would ship it.
    public func chassis(power: PowerState = .off, timing: ChassisTiming = ChassisTiming()) -> Chassis {
        var hardware = Hardware()
        if name == "loongson" {
            hardware.architecture = "loongarch64"
            hardware.processorModel = "Loongson-3C5000"
        }
        return Chassis(identity: identity, hardware: hardware, timing: timing, power: power)
    }
}
