// SPDX-License-Identifier: GPL-3.0-or-later
import CFreeIPMI
import PluginKit

/// A known deviation of a BMC from the specification, by its name in the configuration.
///
/// The first seven are libfreeipmi's workarounds for session set-up, by its own names.
enum Quirk: String, CaseIterable {
    case authenticationCapabilities = "authentication_capabilities"
    case intel20Session = "intel_2_0_session"
    case supermicro20Session = "supermicro_2_0_session"
    case sun20Session = "sun_2_0_session"
    /// Echoes privilege 0 in the Open Session response.
    case openSessionPrivilege = "open_session_privilege"
    case nonEmptyIntegrityCheckValue = "non_empty_integrity_check_value"
    case noChecksumCheck = "no_checksum_check"
    /// Keeps the boot device selector and none of the flags around it, so a cleared valid bit says nothing.
    case bootSelectorOnly = "boot_selector_only"
    /// Refuses boot parameter 3, so an override lapses after a minute: the flags are sent again before a power action.
    case bootNoTimeoutParameter = "boot_no_timeout_parameter"
    /// Under UEFI takes selector 9 (byte 24h) as the disk and ignores 2 (byte 08h).
    case bootUEFIDisk24 = "boot_uefi_disk_24"
    /// Does not bear the questions about SOL support and payload size that come before a console.
    case solNoPayloadCheck = "sol_no_payload_check"
    /// Answers a request for cipher suite 17 with suite 3.
    case cipher3Only = "cipher_3_only"
    /// Answers Get Device ID without product id.
    case shortDeviceID = "short_device_id"
    /// Has no power cycle: off, a pause and on stand for it.
    case cycleUnsupported = "cycle_unsupported"

    /// libfreeipmi's flag, 0 for what it does not know.
    var flag: UInt32 {
        switch self {
        case .authenticationCapabilities: UInt32(IPMI_WORKAROUND_FLAGS_OUTOFBAND_2_0_AUTHENTICATION_CAPABILITIES)
        case .intel20Session: UInt32(IPMI_WORKAROUND_FLAGS_OUTOFBAND_2_0_INTEL_2_0_SESSION)
        case .supermicro20Session: UInt32(IPMI_WORKAROUND_FLAGS_OUTOFBAND_2_0_SUPERMICRO_2_0_SESSION)
        case .sun20Session: UInt32(IPMI_WORKAROUND_FLAGS_OUTOFBAND_2_0_SUN_2_0_SESSION)
        case .openSessionPrivilege: UInt32(IPMI_WORKAROUND_FLAGS_OUTOFBAND_2_0_OPEN_SESSION_PRIVILEGE)
        case .nonEmptyIntegrityCheckValue:
            UInt32(IPMI_WORKAROUND_FLAGS_OUTOFBAND_2_0_NON_EMPTY_INTEGRITY_CHECK_VALUE)
        case .noChecksumCheck: UInt32(IPMI_WORKAROUND_FLAGS_OUTOFBAND_2_0_NO_CHECKSUM_CHECK)
        default: 0
        }
    }

    /// Those that libfreeipmi's own login knows how to handle.
    static let forLibraryLogin: Set<Quirk> = [
        .intel20Session, .supermicro20Session, .sun20Session, .nonEmptyIntegrityCheckValue,
    ]

    /// The configured names. Throws `invalid` naming the element that is not known.
    static func check(_ names: [String]) throws(PluginError) -> Set<Quirk> {
        var known: Set<Quirk> = []
        for (index, name) in names.enumerated() {
            guard let quirk = Quirk(rawValue: name) else {
                throw .invalid(field: "quirks[\(index)]", "is not a known quirk")
            }
            known.insert(quirk)
        }
        return known
    }
}

extension Set<Quirk> {
    /// libfreeipmi's flags for all of them.
    var flags: UInt32 { reduce(0) { $0 | $1.flag } }
}
