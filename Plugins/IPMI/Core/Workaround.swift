// SPDX-License-Identifier: GPL-3.0-or-later
import CFreeIPMI
import PluginKit

/// A known deviation of a BMC from the specification. All but the last are libfreeipmi's, by its own names.
enum Workaround: String, CaseIterable {
    case authenticationCapabilities = "authentication_capabilities"
    case intel20Session = "intel_2_0_session"
    case supermicro20Session = "supermicro_2_0_session"
    case sun20Session = "sun_2_0_session"
    case openSessionPrivilege = "open_session_privilege"
    case nonEmptyIntegrityCheckValue = "non_empty_integrity_check_value"
    case noChecksumCheck = "no_checksum_check"
    /// The BMC keeps the boot device selector and none of the flags around it, so a cleared valid bit says nothing.
    case bootSelectorOnly = "boot_selector_only"

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
        case .bootSelectorOnly: 0
        }
    }

    /// The configured names. Throws `invalid` naming the element that is not known.
    static func check(_ names: [String]) throws(PluginError) -> Set<Workaround> {
        var known: Set<Workaround> = []
        for (index, name) in names.enumerated() {
            guard let workaround = Workaround(rawValue: name) else {
                throw .invalid(field: "workarounds[\(index)]", "is not a known workaround")
            }
            known.insert(workaround)
        }
        return known
    }
}

extension Set<Workaround> {
    /// libfreeipmi's flags for all of them.
    var flags: UInt32 { reduce(0) { $0 | $1.flag } }
}
