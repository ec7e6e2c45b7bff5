// SPDX-License-Identifier: 0BSD
import PluginKit

/// A session with a BMC that speaks Ingot's line protocol. In a driver of your own, your protocol stands here.
struct LineSession {
    enum Kind { case reads, changes }

    /// Longest line, its newline included.
    private static let longest = 512

    let host: String
    let port: UInt16
    let user: String
    private var connection: TCPConnection?

    init(host: String, port: UInt16, user: String) {
        self.host = host
        self.port = port
        self.user = user
    }

    /// Asks, within a session that is begun or begun anew when needed; the value is what follows `ok`.
    mutating func ask(_ request: String, _ call: borrowing Call, _ kind: Kind) throws(PluginError) -> String {
        var again = true
        while true {
            try call.checkCancelled()
            // Kept again below only if all goes well, or a late answer would be taken for the next one.
            let current = connection.take()
            let connection = if let current, current.isIdle { current } else { try begin(call) }
            var failure: PluginError
            do throws(PluginError) {
                let answer = try exchange(request, connection, call)
                if let value = Self.value(answer) {
                    self.connection = connection
                    return value
                }
                failure = Self.refusal(answer)
                if failure.status == .protocol { failure.maybeApplied = kind == .changes }
                guard failure.sessionLost else {
                    self.connection = connection
                    throw failure
                }
            } catch {
                failure = error
                if kind == .changes, Self.isOfTheWay(failure) { failure.maybeApplied = true }
                guard failure.status == .unreachable, kind == .reads else { throw failure }
            }
            // A session that has ended by itself is begun once more. What changes something is not repeated, unless
            // the BMC has said that it did not do it.
            guard again else { throw failure }
            again = false
        }
    }

    private func begin(_ call: borrowing Call) throws(PluginError) -> TCPConnection {
        let connection = try TCPConnection.open(host: host, port: port, call)
        guard try connection.receiveLine(upTo: Self.longest, call) == "ingot-line 1" else {
            throw PluginError(.protocol, "this is no BMC of the line protocol, version 1")
        }
        guard let password = try call.secret("password"), (1...64).contains(password.count),
            password.withBytes({ $0.allSatisfy { (0x20...0x7E).contains($0) } })
        else { throw .invalid(field: "$.password", "must be 1 to 64 bytes of printable ASCII") }
        call.wire(.sent, "line", Array("login \(user) ".utf8), sensitive: true)
        try connection.send(Array("login \(user) ".utf8), call)
        try connection.send(password, call)
        try connection.send([UInt8(ascii: "\n")], call)
        let answer = try connection.receiveLine(upTo: Self.longest, call)
        guard Self.value(answer) != nil else { throw Self.refusal(answer) }
        return connection
    }

    private func exchange(
        _ request: String, _ connection: TCPConnection, _ call: borrowing Call
    ) throws(PluginError) -> String {
        let line = Array("\(request)\n".utf8)
        call.wire(.sent, "line", line)  // before it leaves, never after
        try connection.send(line, call)
        let answer = try connection.receiveLine(upTo: Self.longest, call)
        call.wire(.received, "line", Array(answer.utf8))
        return answer
    }

    /// What follows `ok`; nil for any other line.
    private static func value(_ line: String) -> String? {
        line == "ok" ? "" : line.hasPrefix("ok ") ? String(line.dropFirst(3)) : nil
    }

    /// No answer came, or none that can be understood.
    private static func isOfTheWay(_ failure: PluginError) -> Bool {
        [.unreachable, .timeout, .cancelled, .protocol].contains(failure.status)
    }

    /// What an error line means for the host.
    private static func refusal(_ line: String) -> PluginError {
        let words = line.split(separator: " ", maxSplits: 3).map(String.init)
        let text = String(line.dropFirst("error ".count))
        switch words.first == "error" && words.count > 1 ? words[1] : "" {
        case "denied", "locked": return PluginError(.auth, text)
        case "forbidden": return PluginError(.forbidden, text)
        case "state": return PluginError(.state, text)
        case "badarg", "unknown": return PluginError(.unsupported, text)
        case "expired": return PluginError(.state, text, retryable: true, sessionLost: true)
        case "busy":
            let wait = words.count > 2 ? Int64(words[2]) ?? 0 : 0
            return PluginError(.busy, text, retryable: true, retryAfter: .milliseconds(min(max(wait, 0), 3_600_000)))
        default: return PluginError(.protocol, "the answer is neither ok nor an error of the line protocol")
        }
    }
}
