// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// How a command without an answer is sent again.
enum Repeating {
    /// Soon: it reads.
    case soon
    /// After a second at least: it changes something and may be done twice.
    case slowly
    /// Not at all: twice would be one time too many.
    case never
}

/// What carries the messages of one session.
protocol SessionTransport: AnyObject {
    /// The session was open before this call, so that the BMC may have ended it meanwhile.
    var wasKept: Bool { get }

    /// Sends a command, again as `repeating` says until an answer comes, and returns completion code and data.
    func exchange(
        _ command: Command, _ repeating: Repeating, _ call: borrowing Call
    ) throws(PluginError) -> (code: UInt8, data: [UInt8])

    /// No more commands come; `sound` when all of them got their answers.
    func finish(sound: Bool)
}

/// One authenticated session, in the hands of one call and its thread.
final class Session {
    private let transport: any SessionTransport
    /// The cipher suite the session was opened with.
    let cipherSuite: UInt8
    /// No sound answer came to a command: the BMC may have forgotten the session.
    private(set) var isLost = false
    private var sentCount = 0

    init(_ transport: any SessionTransport, cipherSuite: UInt8) {
        self.transport = transport
        self.cipherSuite = cipherSuite
    }

    deinit { transport.finish(sound: !isLost) }

    /// Name, password and BMC key for one login.
    struct Credentials: ~Copyable {
        let username: String
        let password: SecretBuffer
        let key: SecretBuffer?
    }

    /// The session was open before this call.
    var wasKept: Bool { transport.wasKept }

    /// Sends a command and waits for its answer; a refusal by the BMC is an answer. Both are reported as one message each.
    ///
    /// Throws when no sound answer came: nobody knows then whether the BMC got the command.
    func send(_ command: Command, _ call: borrowing Call) throws(PluginError) -> Reply {
        try send(command, .soon, call)
    }

    private func send(_ command: Command, _ repeating: Repeating, _ call: borrowing Call) throws(PluginError) -> Reply {
        try call.checkCancelled()
        sentCount += 1
        call.wire(.sent, "ipmi", command.message, sensitive: command.isSensitive)
        do throws(PluginError) {
            let (code, data) = try transport.exchange(command, repeating, call)
            call.wire(.received, "ipmi", command.answer(code, data), sensitive: command.isSensitive)
            return code == 0 ? .data(data) : .refused(CompletionCode(command, code, data))
        } catch {
            isLost = true
            throw error
        }
    }

    /// Sends a command that changes something, only once if it must not happen twice. A failure after it left may mean that
    /// the BMC carried it out.
    func change(_ command: Command, once: Bool = false, _ call: borrowing Call) throws(PluginError) -> Reply {
        let before = sentCount
        do throws(PluginError) {
            return try send(command, once ? .never : .slowly, call)
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
        try send(command, call).dataIfOffered
    }
}

extension Reply {
    /// The data, or nil when the BMC has not got what was asked for. Throws when it is busy or finds the privilege too low.
    var dataIfOffered: [UInt8]? {
        get throws(PluginError) {
            switch self {
            case .data(let data): return data
            case .refused(let code):
                guard !code.isTemporary, !code.isForbidden else { throw code.pluginError }
                return nil
            }
        }
    }
}
