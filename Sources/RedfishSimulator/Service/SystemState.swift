// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

/// What the service keeps of the system beside the machine itself.
struct SystemState: Sendable {
    var assetTag = ""
    var indicator = "Off"
    var bios: [String: JSON] = [:]
    /// Attributes that take effect at the next boot.
    var pendingBios: [String: JSON] = [:]
    var secureBoot = true
    /// The boot option that UefiTarget asks for.
    var uefiTarget: String?
    /// Where HTTP boot goes; nil asks DHCP.
    var httpBootURI: String?
    /// How the mode reads when an override left it out, for services that fall back.
    var forcedMode: BootMode?
    var restorePolicy = "LastState"
    /// The last power state that was told in an event.
    var lastPower = PowerState.off
    /// The number of the last record of the event log that was told in an event.
    var lastRecord = 0
    /// When the machine was ordered off last.
    var offAt: Duration?
    /// Boots seen, so that pending attributes are taken over once.
    var bootsSeen = 0
    var hostName = ""
}

/// What the service keeps of the manager.
struct ManagerState: Sendable {
    var hostName = "bmc"
    var zoneOffset = "+00:00"
    var ntpServers: [JSON] = ["", ""]
    var ntpEnabled = false
    var ipmiEnabled = true
    var sshEnabled = true
    var audit = EventLog(capacity: 256)
    var certificate: String?
    /// PEM of the certificate that the connection shows, when there is one.
    var serverCertificate: String?
}
