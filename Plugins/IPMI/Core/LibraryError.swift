// SPDX-License-Identifier: GPL-3.0-or-later
import CFreeIPMI
import PluginKit

/// A failure by libfreeipmi's number.
struct LibraryError: Error, Equatable {
    let number: ipmi_errnum

    init(_ number: ipmi_errnum) { self.number = number }

    init(context: ipmi_ctx_t) { self.init(ipmi_errnum(UInt32(clamping: ipmi_ctx_errnum(context)))) }

    /// What libfreeipmi makes of answers it does not understand, a refusal in few bytes or another cipher suite than it asked
    /// for among them: the BMC should be asked what it meant. A wrong password looks like the wrong suite too, which is
    /// worth a question only if the BMC did not say which suites it has.
    func isAmbiguous(suiteIsOffered: Bool) -> Bool {
        switch number {
        case IPMI_ERR_IPMI_ERROR, IPMI_ERR_BAD_RMCPPLUS_STATUS_CODE: true
        case IPMI_ERR_PASSWORD_INVALID: !suiteIsOffered
        default: false
        }
    }

    /// The failure in the terms of the plugin interface.
    func pluginError(during what: String) -> PluginError {
        let text = "\(what): \(explanation)"
        switch number {
        case IPMI_ERR_USERNAME_INVALID, IPMI_ERR_PASSWORD_INVALID, IPMI_ERR_K_G_INVALID,
            IPMI_ERR_PASSWORD_VERIFICATION_TIMEOUT, IPMI_ERR_AUTHENTICATION_TYPE_UNAVAILABLE:
            return PluginError(.auth, text, vendorCode: vendorCode)
        case IPMI_ERR_PRIVILEGE_LEVEL_CANNOT_BE_OBTAINED, IPMI_ERR_PRIVILEGE_LEVEL_INSUFFICIENT, IPMI_ERR_PERMISSION:
            return PluginError(
                .forbidden, text, detail: ["field": "privilege", "hint": "quirks: open_session_privilege"],
                vendorCode: vendorCode)
        case IPMI_ERR_CIPHER_SUITE_ID_UNAVAILABLE:
            return PluginError(.invalid, text, detail: ["field": "cipher_suites"], vendorCode: vendorCode)
        case IPMI_ERR_IPMI_2_0_UNAVAILABLE:
            return PluginError(.unsupported, text, vendorCode: vendorCode)
        case IPMI_ERR_CONNECTION_TIMEOUT:
            return PluginError(.unreachable, text, retryable: true, vendorCode: vendorCode)
        case IPMI_ERR_SESSION_TIMEOUT, IPMI_ERR_MESSAGE_TIMEOUT, IPMI_ERR_DRIVER_TIMEOUT:
            return PluginError(.timeout, text, retryable: true, vendorCode: vendorCode)
        case IPMI_ERR_BMC_BUSY, IPMI_ERR_DRIVER_BUSY:
            return PluginError(.busy, text, retryable: true, retryAfter: .seconds(10), vendorCode: vendorCode)
        case IPMI_ERR_HOSTNAME_INVALID:
            return PluginError(.invalid, text, detail: ["field": "host"], vendorCode: vendorCode)
        case IPMI_ERR_BAD_COMPLETION_CODE, IPMI_ERR_BAD_RMCPPLUS_STATUS_CODE, IPMI_ERR_IPMI_ERROR,
            IPMI_ERR_COMMAND_INVALID_OR_UNSUPPORTED:
            return PluginError(.protocol, text, vendorCode: vendorCode)
        default:
            return PluginError(.internal, text, retryable: true, vendorCode: vendorCode)
        }
    }

    private var vendorCode: Int32 { Int32(clamping: number.rawValue) }

    private var explanation: String {
        switch number {
        case IPMI_ERR_USERNAME_INVALID: "the BMC does not know the user name"
        case IPMI_ERR_PASSWORD_INVALID: "the BMC refuses the password"
        case IPMI_ERR_K_G_INVALID: "the BMC key (kg) does not fit"
        case IPMI_ERR_PRIVILEGE_LEVEL_CANNOT_BE_OBTAINED: "the user may not have the configured privilege"
        case IPMI_ERR_SESSION_TIMEOUT: "the BMC stopped answering"
        case IPMI_ERR_CONNECTION_TIMEOUT: "the BMC does not answer"
        case IPMI_ERR_BMC_BUSY: "the BMC is busy or has no session left"
        default: ipmi_ctx_strerror(Int32(clamping: number.rawValue)).map { String(cString: $0) } ?? "unknown error"
        }
    }
}

extension LibraryError {
    /// The BMC has not got the suite it was asked for.
    static var suiteUnavailable: LibraryError { LibraryError(IPMI_ERR_CIPHER_SUITE_ID_UNAVAILABLE) }

    /// The BMC has no session left.
    static var busy: LibraryError { LibraryError(IPMI_ERR_BMC_BUSY) }
}
