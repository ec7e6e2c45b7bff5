// SPDX-License-Identifier: GPL-3.0-or-later
import CFreeIPMI
import PluginKit

/// A session of libfreeipmi, for BMCs that need one of its workarounds for login, and for cipher suite 12. It ends with the
/// call.
final class LibraryTransport: SessionTransport {
    private let context: ipmi_ctx_t
    let wasKept = false

    /// Logs in once. The failure carries libfreeipmi's number, so that the caller can tell a wrong cipher suite.
    init(
        _ endpoint: Endpoint, _ credentials: borrowing Session.Credentials, privilege: UInt8, cipherSuite: UInt8,
        flags: UInt32, timing: SessionTiming
    ) throws(LibraryError) {
        guard let context = ipmi_ctx_create() else { throw LibraryError(IPMI_ERR_OUT_OF_MEMORY) }
        self.context = context
        let username = credentials.username
        func login(_ password: UnsafePointer<CChar>, _ key: UnsafeRawBufferPointer?) -> Int32 {
            ipmi_ctx_open_outofband_2_0(
                context, endpoint.literal, username, password, key?.baseAddress?.assumingMemoryBound(to: UInt8.self),
                UInt32(key?.count ?? 0), privilege, cipherSuite, timing.session, timing.retransmission, flags,
                UInt32(IPMI_FLAGS_DEFAULT))
        }
        let status = credentials.password.withCString { password in
            switch credentials.key {
            case .some(let key): key.withPaddedBytes(to: Int(IPMI_MAX_K_G_LENGTH)) { login(password, $0) }
            case .none: login(password, nil)
            }
        }
        guard status == 0 else { throw LibraryError(context: context) }
    }

    deinit {
        _ = ipmi_ctx_close(context)
        ipmi_ctx_destroy(context)
    }

    func finish(sound: Bool) {}

    /// Whether a command is repeated was decided at login, by the timing.
    func exchange(
        _ command: Command, _ repeating: Repeating, _ call: borrowing Call
    ) throws(PluginError) -> (code: UInt8, data: [UInt8]) {
        // Only the driver's own sessions reach controllers behind the BMC; "destination unavailable".
        guard command.bridge == nil else { return (0xd3, []) }
        let request = [command.number] + command.data
        var response = [UInt8](repeating: 0, count: 1024)
        let count = request.withUnsafeBytes { request in
            response.withUnsafeMutableBytes { response in
                ipmi_cmd_raw(
                    context, command.unit, command.networkFunction, request.baseAddress, UInt32(request.count),
                    response.baseAddress, UInt32(response.count))
            }
        }
        guard count >= 0 else {
            let error = LibraryError(context: context)
            try call.checkCancelled()
            throw error.pluginError(during: command.name)
        }
        guard count >= 2, response[0] == command.number else {
            throw PluginError(.protocol, "\(command.name): the answer is \(count) bytes long and not to the command")
        }
        return (response[1], Array(response[2..<Int(count)]))
    }
}
