// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// What a command's code is told beside its data.
struct CommandContext: Sendable {
    /// nil outside any session.
    var session: UInt32?
    var now: Duration
}

/// One command of the BMC.
struct Command: Sendable {
    typealias Run = @Sendable (inout BMCCore, inout RequestData, CommandContext) throws(CompletionCode) -> [UInt8]

    /// The least that a session must be raised to (IPMI 2.0 table G-1); nil is answered outside sessions, too.
    let privilege: Privilege?
    /// Whether it changes the machine or the BMC.
    let changes: Bool
    let run: Run

    init(_ privilege: Privilege?, changes: Bool = false, _ run: @escaping Run) {
        self.privilege = privilege
        self.changes = changes
        self.run = run
    }
}

/// Every command by its numbers.
enum CommandTable {
    typealias Key = IPMIStatistics.Command

    static let all: [Key: Command] = {
        var all: [Key: Command] = [:]
        let rooms: [(UInt8, [UInt8: Command])] = [
            (0x00, chassis), (0x04, sensor), (0x06, application), (0x06, channels), (0x06, accounts), (0x06, payloads),
            (0x0A, eventLog), (0x0A, records), (0x0A, inventory), (0x0C, transport),
        ]
        for (function, commands) in rooms {
            for (number, command) in commands { all[Key(function, number)] = command }
        }
        return all
    }()

    /// What opens, raises, tells of and closes sessions; faults of single answers spare these.
    static let session: Set<Key> = [
        Key(0x06, 0x37), Key(0x06, 0x38), Key(0x06, 0x3B), Key(0x06, 0x3C), Key(0x06, 0x3D),
        Key(0x06, 0x54),
    ]
}

extension BMCCore {
    /// Carries out a command; nil when nothing is answered.
    mutating func execute(_ request: IPMIRequest, session: UInt32?, at now: Duration) -> IPMIResponse? {
        let key = CommandTable.Key(request.networkFunction, request.command)
        if session != nil, !CommandTable.session.contains(key) {
            if let fault = faults.strikes("bmc-restart") {
                stallHost()
                restart(for: fault.time(), at: now)
                return nil
            }
            if let code = refusal(at: now) { return IPMIResponse(code) }
        }
        if let response = configuration.commandOverride?(request) {
            statistics.commands[key, default: 0] += 1
            if key == CommandTable.Key(0x06, 0x3C), let session { afterAnswer = .close(session) }
            return response
        }
        guard request.lun == 0 else { return IPMIResponse(.invalidForLUN) }
        guard let command = CommandTable.all[key] else {
            return IPMIResponse(session == nil ? .privilege : .invalidCommand)
        }
        if let needed = command.privilege {
            guard let held = request.privilege else { return IPMIResponse(.privilege) }
            let effective = faults.present("low-privilege") == nil ? held : min(held, .user)
            guard effective >= needed else { return IPMIResponse(.privilege) }
        }
        var data = RequestData(request.data)
        do throws(CompletionCode) {
            let answer = try command.run(&self, &data, CommandContext(session: session, now: now))
            statistics.commands[key, default: 0] += 1
            if command.changes, faults.strikes("reply-lost") != nil { return nil }
            // A restart that follows takes the answer of a power action with it.
            if case .restart? = afterAnswer, key == CommandTable.Key(0x00, 0x02) {
                if case .restart(let time)? = afterAnswer { restart(for: time, at: now) }
                afterAnswer = nil
                return nil
            }
            return IPMIResponse(data: answer)
        } catch {
            return IPMIResponse(error)
        }
    }

    /// The completion code that a fault answers every command with, if one strikes.
    private mutating func refusal(at now: Duration) -> CompletionCode? {
        if let update = faults.strikes("firmware-update") {
            let since = updateSince ?? now
            updateSince = since
            if now - since < update.time() { return .updateMode }
        } else if faults.present("firmware-update") == nil {
            updateSince = nil
        }
        if faults.strikes("node-busy") != nil { return .nodeBusy }
        return faults.strikes("wrong-completion-code").map {
            CompletionCode(rawValue: UInt8(clamping: $0.whole("code")))
        }
    }
}
