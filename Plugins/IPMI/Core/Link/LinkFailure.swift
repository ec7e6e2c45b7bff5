// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// Why a link could not be opened or ended.
enum LinkFailure: Error, Equatable {
    /// An RMCP+ status code (IPMI 2.0, table 13-15).
    case status(UInt8)
    /// The BMC's proof does not fit the password.
    case wrongPassword
    /// The BMC took another cipher suite than it was asked for.
    case otherSuite
    /// A command that is part of setting up was refused.
    case refused(CompletionCode)
    /// The Open Session response grants less privilege than is needed.
    case lowPrivilege
    /// No answer to so many copies.
    case silent
    /// Messages that make no sense.
    case nonsense
    /// libgcrypt refused.
    case crypto

    /// Another suite is worth a login.
    var isAboutSuite: Bool {
        switch self {
        case .otherSuite: true
        case .status(let code): [0x04, 0x05, 0x06, 0x07, 0x10, 0x11].contains(code)
        default: false
        }
    }

    /// The failure with the address of the BMC.
    func pluginError(at endpoint: Endpoint) -> PluginError {
        var error = pluginError
        error.message = "\(endpoint.literal): \(error.message)"
        return error
    }

    var pluginError: PluginError {
        switch self {
        case .lowPrivilege:
            PluginError(
                .forbidden, "login: the BMC does not grant the configured privilege",
                detail: ["field": "privilege", "hint": "quirks: open_session_privilege"])
        case .status(let code): Self.error(status: code)
        case .wrongPassword: PluginError(.auth, "login: the BMC refuses the password")
        case .otherSuite:
            PluginError(.invalid, "login: the BMC has not got the cipher suite", detail: ["field": "cipher_suites"])
        case .refused(let code): code.pluginError
        case .silent: PluginError(.timeout, "the BMC stopped answering", retryable: true)
        case .nonsense: PluginError(.protocol, "login: the BMC's answers make no sense")
        case .crypto: PluginError(.internal, "libgcrypt refuses")
        }
    }

    private static func error(status: UInt8) -> PluginError {
        let code = Int32(status)
        return switch status {
        case 0x01, 0x0b:
            PluginError(
                .busy, "login: the BMC has no session left", retryable: true, retryAfter: .seconds(10),
                vendorCode: code)
        case 0x09, 0x0a:
            PluginError(
                .forbidden, "login: the user may not have the configured privilege", detail: ["field": "privilege"],
                vendorCode: code)
        case 0x0c, 0x0d: PluginError(.auth, "login: the BMC does not know the user name", vendorCode: code)
        case 0x0f: PluginError(.auth, "login: the BMC refuses the password", vendorCode: code)
        case 0x04...0x07, 0x10, 0x11:
            PluginError(
                .invalid, "login: the BMC has not got the cipher suite", detail: ["field": "cipher_suites"],
                vendorCode: code)
        default: PluginError(.protocol, "login: RMCP+ status \(Hex.byte(status))", retryable: true, vendorCode: code)
        }
    }
}
