// SPDX-License-Identifier: GPL-3.0-or-later
import CFreeIPMI
import PluginKit

/// One authenticated session. It belongs to one call and one thread and ends with it: a kept session would have to be fed
/// every few seconds, and opening one takes about a millisecond.
final class Session {
    private let context: ipmi_ctx_t
    /// The cipher suite the session was opened with.
    let cipherSuite: UInt8

    private init(context: ipmi_ctx_t, cipherSuite: UInt8) {
        self.context = context
        self.cipherSuite = cipherSuite
    }

    deinit {
        _ = ipmi_ctx_close(context)
        ipmi_ctx_destroy(context)
    }

    /// Name, password and BMC key for one login.
    struct Credentials: ~Copyable {
        let username: String
        let password: SecretBuffer
        let key: SecretBuffer?
    }

    /// Logs in once. The failure carries libfreeipmi's number, so that the caller can tell a wrong cipher suite.
    static func open(
        _ endpoint: Endpoint, _ credentials: borrowing Credentials, privilege: UInt8, cipherSuite: UInt8,
        flags: UInt32, timing: SessionTiming
    ) throws(LibraryError) -> Session {
        guard let context = ipmi_ctx_create() else { throw LibraryError(IPMI_ERR_OUT_OF_MEMORY) }
        let session = Session(context: context, cipherSuite: cipherSuite)
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
        return session
    }

    /// No sound answer came to a command: the BMC may have forgotten the session.
    private(set) var isLost = false
    private var sentCount = 0

    /// Sends a command and waits for its answer; a refusal by the BMC is an answer. Both are reported as one message each.
    ///
    /// Throws when no sound answer came: nobody knows then whether the BMC got the command.
    func send(_ command: Command, _ call: borrowing Call) throws(PluginError) -> Reply {
        try call.checkCancelled()
        let request = [command.number] + command.data
        var response = [UInt8](repeating: 0, count: 1024)
        sentCount += 1
        call.wire(.sent, "ipmi", command.message, sensitive: command.isSensitive)
        let count = request.withUnsafeBytes { request in
            response.withUnsafeMutableBytes { response in
                ipmi_cmd_raw(
                    context, command.unit, command.networkFunction, request.baseAddress, UInt32(request.count),
                    response.baseAddress, UInt32(response.count))
            }
        }
        guard count >= 0 else {
            let error = LibraryError(context: context)
            isLost = true
            try call.checkCancelled()
            throw error.pluginError(during: command.name)
        }
        guard count >= 2, response[0] == command.number else {
            throw PluginError(.protocol, "\(command.name): the answer is \(count) bytes long and not to the command")
        }
        let data = Array(response[2..<Int(count)])
        call.wire(.received, "ipmi", command.answer(response[1], data), sensitive: command.isSensitive)
        return response[1] == 0 ? .data(data) : .refused(CompletionCode(command, response[1], data))
    }
}

extension Session {
    /// Sends a command that changes something. A failure after it left may mean that the BMC carried it out.
    func change(_ command: Command, _ call: borrowing Call) throws(PluginError) -> Reply {
        let before = sentCount
        do throws(PluginError) {
            return try send(command, call)
        } catch {
            var error = error
            error.maybeApplied = sentCount > before
            throw error
        }
    }
}

/// Something that carries commands to a BMC.
protocol CommandChannel {
    /// Sends a command and returns the answer, a refusal too.
    func send(_ command: Command, _ call: borrowing Call) throws(PluginError) -> Reply
}

extension Session: CommandChannel {}

extension CommandChannel {
    /// Sends a command that reads something and returns its data; a refusal is an error.
    func read(_ command: Command, atLeast length: Int = 0, _ call: borrowing Call) throws(PluginError) -> [UInt8] {
        switch try send(command, call) {
        case .refused(let code): throw code.pluginError
        case .data(let data):
            guard data.count >= length else {
                throw PluginError(.protocol, "\(command.name): the answer has \(data.count) of \(length) bytes")
            }
            return data
        }
    }

    /// Sends a command that reads something and returns its data, or nil when the BMC refuses it.
    ///
    /// Throws when the BMC does not answer, is busy or finds the privilege too low.
    func readIfOffered(_ command: Command, _ call: borrowing Call) throws(PluginError) -> [UInt8]? {
        switch try send(command, call) {
        case .data(let data): return data
        case .refused(let code):
            guard !code.isTemporary, !code.isForbidden else { throw code.pluginError }
            return nil
        }
    }
}
