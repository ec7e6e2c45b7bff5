// SPDX-License-Identifier: Apache-2.0

/// A way of real BMCs in which an operation fails or lies unless the driver applies the quirk of the same name.
public enum Behaviour: String, Sendable, CaseIterable {
    /// The Open Session response echoes privilege 0 when the highest one was asked for.
    case openSessionPrivilege = "open_session_privilege"
    /// Of the boot flags only the device is kept.
    case bootSelectorOnly = "boot_selector_only"
    /// Boot parameter 3 is refused with CCh.
    case bootNoTimeoutParameter = "boot_no_timeout_parameter"
    /// Under UEFI the disk is device 24h; 08h is acknowledged and ignored.
    case bootUEFIDisk24 = "boot_uefi_disk_24"
    /// Get Channel Payload Support is refused, and the payload size of serial-over-LAN is wrong.
    case solNoPayloadCheck = "sol_no_payload_check"
    /// A request for cipher suite 17 is answered as suite 3.
    case cipher3Only = "cipher_3_only"
    /// Get Device ID has no auxiliary revision.
    case shortDeviceID = "short_device_id"
    /// Power cycle is refused with CCh.
    case cycleUnsupported = "cycle_unsupported"

    /// What the BMC does, in one sentence.
    public var summary: String {
        switch self {
        case .openSessionPrivilege: "the Open Session response echoes privilege 0"
        case .bootSelectorOnly: "of the boot flags only the device is kept"
        case .bootNoTimeoutParameter: "boot parameter 3 is refused with CCh"
        case .bootUEFIDisk24: "under UEFI the disk is device 24h; 08h is acknowledged and ignored"
        case .solNoPayloadCheck: "Get Channel Payload Support is refused, and SOL's payload size is wrong"
        case .cipher3Only: "a request for cipher suite 17 is answered as suite 3"
        case .shortDeviceID: "Get Device ID has no auxiliary revision"
        case .cycleUnsupported: "power cycle is refused with CCh"
        }
    }
}
