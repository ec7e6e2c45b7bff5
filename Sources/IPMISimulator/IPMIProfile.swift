// SPDX-License-Identifier: Apache-2.0
public import BMCModel

/// How one maker's BMC is over IPMI: who it says it is, and what it does differently.
public struct IPMIProfile: Sendable, Equatable {
    public let name: String
    /// One sentence for the list of profiles.
    public let summary: String
    public let behaviours: Set<Behaviour>
    let vendor: String
    let model: String
    let bmcFirmware: String
    /// IANA enterprise number.
    let manufacturerID: UInt32
    let productID: UInt16
    /// How long a cold reset takes.
    let resetTime: Duration
    /// The machine stands still when the BMC is reset.
    let resetStallsHost: Bool

    private init(
        _ name: String, _ summary: String, _ vendor: String, _ model: String, firmware: String = "1.00",
        manufacturerID: UInt32 = 0, productID: UInt16 = 1, resetTime: Duration = .seconds(1),
        resetStallsHost: Bool = false, _ behaviours: Set<Behaviour> = []
    ) {
        self.name = name
        self.summary = summary
        self.behaviours = behaviours
        self.vendor = vendor
        self.model = model
        bmcFirmware = firmware
        self.manufacturerID = manufacturerID
        self.productID = productID
        self.resetTime = resetTime
        self.resetStallsHost = resetStallsHost
    }

    public init?(named name: String) {
        guard let profile = Self.all.first(where: { $0.name == name }) else { return nil }
        self = profile
    }

    /// Makes a BMC and the machine behind it of this kind; behaviours come on top of those that are there.
    public func apply(to configuration: inout IPMIServer.Configuration, identity: inout Identity) {
        configuration.behaviours.formUnion(behaviours)
        configuration.resetTime = resetTime
        configuration.resetStallsHost = resetStallsHost
        identity.vendor = vendor
        identity.model = model
        identity.bmcFirmware = bmcFirmware
        identity.manufacturerID = manufacturerID
        identity.productID = productID
    }

    /// Every profile there is.
    public static let all: [IPMIProfile] = [
        IPMIProfile("generic", "by the specification", "Ingot", "Simulated machine"),
        IPMIProfile(
            "openipmi", "OpenIPMI's ipmi_sim: boot flags without their bits", "OpenIPMI", "ipmi_sim", firmware: "2.00",
            manufacturerID: 0x1291, productID: 0xF02,
            [.openSessionPrivilege, .bootSelectorOnly, .solNoPayloadCheck]),
        IPMIProfile(
            "pyghmi", "pyghmi's fakebmc and virtualbmc: suite 3 only, no power cycle", "OpenStack", "VirtualBMC",
            [.cipher3Only, .shortDeviceID, .cycleUnsupported]),
        IPMIProfile(
            "openbmc", "OpenBMC: boot parameter 3 is refused", "OpenBMC", "Reference board", firmware: "2.14",
            resetTime: .seconds(3), [.bootNoTimeoutParameter]),
        IPMIProfile(
            "supermicro", "Supermicro: under UEFI the disk is device 24h", "Supermicro", "SYS-6029P", firmware: "1.74",
            manufacturerID: 10_876, productID: 0x092E, resetTime: .seconds(3), [.bootUEFIDisk24]),
        IPMIProfile(
            "sun-ilom", "Sun ILOM 2: privilege 0 in the Open Session response", "Sun Microsystems", "Sun Fire X4100",
            firmware: "2.00", manufacturerID: 42, productID: 0x4701, [.openSessionPrivilege]),
        IPMIProfile(
            "loongson-ls2k",
            "Loongson's 2K BMC: away for twelve seconds when it is reset, and a running host stands still",
            "LOONGSON", "Loongson-LS2C5LE", resetTime: .seconds(12), resetStallsHost: true, [.bootNoTimeoutParameter]),
    ]
}
