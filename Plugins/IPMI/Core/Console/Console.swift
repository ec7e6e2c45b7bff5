// SPDX-License-Identifier: GPL-3.0-or-later
import CIPMIConsole
import Glibc
import PluginKit

/// One serial-over-LAN session in libipmiconsole's engine. Its socket is given away; the engine ends the session when the
/// other side closes it, and closes it when the BMC ends the session.
final class Console: @unchecked Sendable {
    // The context has locks of its own; it is destroyed once, when the console is let go of.
    private let context: ipmiconsole_ctx_t

    /// Sets a session up; nothing is sent yet.
    init(
        _ endpoint: Endpoint, _ credentials: borrowing Session.Credentials, privilege: UInt8, cipherSuite: UInt8,
        quirks: Set<Quirk>
    ) throws(PluginError) {
        var protocolConfiguration = ipmiconsole_protocol_config()
        protocolConfiguration.session_timeout_len = 30_000
        protocolConfiguration.retransmission_timeout_len = 500
        protocolConfiguration.keepalive_timeout_len = 10_000
        var engine = ipmiconsole_engine_config(
            engine_flags: 0, behavior_flags: UInt32(IPMICONSOLE_BEHAVIOR_ERROR_ON_SOL_INUSE), debug_flags: 0)
        var username = Array(credentials.username.utf8CString)
        let flags = quirks.consoleFlags
        func create(
            _ password: UnsafePointer<CChar>, _ key: UnsafeRawBufferPointer?
        ) -> ipmiconsole_ctx_t? {
            username.withUnsafeMutableBufferPointer { username in
                let bytes = key?.baseAddress?.assumingMemoryBound(to: UInt8.self)
                var login = ipmiconsole_ipmi_config(
                    username: username.baseAddress, password: UnsafeMutablePointer(mutating: password),
                    k_g: UnsafeMutablePointer(mutating: bytes), k_g_len: UInt32(key?.count ?? 0),
                    privilege_level: Self.privilege(privilege), cipher_suite_id: Int32(cipherSuite),
                    workaround_flags: flags)
                return ipmiconsole_ctx_create(endpoint.literal, &login, &protocolConfiguration, &engine)
            }
        }
        let created = credentials.password.withCString { password in
            switch credentials.key {
            case .some(let key): key.withPaddedBytes(to: 20) { create(password, $0) }
            case .none: create(password, nil)
            }
        }
        guard let created else {
            throw PluginError(
                .internal, "console: \(String(cString: strerror(errno)))", retryable: true, vendorCode: errno)
        }
        context = created
    }

    deinit { ipmiconsole_ctx_destroy(context) }

    /// The session has ended or never came about.
    var hasEnded: Bool {
        ipmiconsole_ctx_status(context) != IPMICONSOLE_CTX_STATUS_SOL_ESTABLISHED
    }

    /// Establishes the session and returns the socket that carries it.
    func open(_ call: borrowing Call) throws(PluginError) -> Int32 {
        guard ipmiconsole_engine_submit(context, nil, nil) == 0 else { throw failure }
        let descriptor = ipmiconsole_ctx_fd(context)
        guard descriptor >= 0 else { throw failure }
        do throws(PluginError) {
            while true {
                switch ipmiconsole_ctx_status(context) {
                case IPMICONSOLE_CTX_STATUS_SOL_ESTABLISHED: return descriptor
                case IPMICONSOLE_CTX_STATUS_SUBMITTED: try call.pause(.milliseconds(10))
                default: throw failure
                }
            }
        } catch {
            close(descriptor)
            throw error
        }
    }

    private var failure: PluginError {
        let number = ipmiconsole_ctx_errnum(context)
        let text = ipmiconsole_ctx_strerror(number).map { String(cString: $0) } ?? "unknown error"
        let message = "console: \(text)"
        switch number {
        case IPMICONSOLE_ERR_SOL_INUSE:
            return PluginError(
                .busy, message + "; vendor method sol.deactivate ends the other one", retryable: true,
                retryAfter: .seconds(10), vendorCode: number)
        case IPMICONSOLE_ERR_USERNAME_INVALID, IPMICONSOLE_ERR_PASSWORD_INVALID,
            IPMICONSOLE_ERR_K_G_INVALID:
            return PluginError(.auth, message, vendorCode: number)
        case IPMICONSOLE_ERR_PRIVILEGE_LEVEL_INSUFFICIENT,
            IPMICONSOLE_ERR_PRIVILEGE_LEVEL_CANNOT_BE_OBTAINED,
            IPMICONSOLE_ERR_SOL_REQUIRES_ENCRYPTION,
            IPMICONSOLE_ERR_SOL_REQUIRES_NO_ENCRYPTION:
            return PluginError(.forbidden, message, vendorCode: number)
        case IPMICONSOLE_ERR_SOL_UNAVAILABLE:
            return PluginError(.unsupported, message, vendorCode: number)
        case IPMICONSOLE_ERR_BMC_BUSY:
            return PluginError(.busy, message, retryable: true, retryAfter: .seconds(10), vendorCode: number)
        case IPMICONSOLE_ERR_SESSION_TIMEOUT:
            return PluginError(.timeout, message, retryable: true, vendorCode: number)
        case IPMICONSOLE_ERR_IPMI_2_0_UNAVAILABLE:
            return PluginError(.unsupported, message, vendorCode: number)
        case IPMICONSOLE_ERR_BMC_ERROR, IPMICONSOLE_ERR_BMC_IMPLEMENTATION:
            return PluginError(
                .protocol, message, detail: ["hint": "quirks: sol_no_payload_check"], vendorCode: number)
        default:
            return PluginError(.internal, message, retryable: true, vendorCode: number)
        }
    }

    /// libipmiconsole's number for a privilege level of the specification.
    private static func privilege(_ level: UInt8) -> Int32 {
        switch level {
        case 2: IPMICONSOLE_PRIVILEGE_USER
        case 3: IPMICONSOLE_PRIVILEGE_OPERATOR
        default: IPMICONSOLE_PRIVILEGE_ADMIN
        }
    }
}
