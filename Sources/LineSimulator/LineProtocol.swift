// SPDX-License-Identifier: Apache-2.0

/// What a user of the practice BMC may do.
public enum LinePrivilege: String, Sendable, CaseIterable {
    /// Everything.
    case admin
    /// Reading only.
    case user
}

/// Numbers and texts of the line protocol (docs/line-protocol.md).
public enum LineProtocol {
    /// The line with which a BMC greets.
    public static let greeting = "ingot-line 1"
    /// Longest line in bytes, its newline included.
    public static let maximumLine = 512

    /// Text as it may stand in a field: printable ASCII, anything else becomes a question mark.
    static func field(_ text: some StringProtocol) -> String {
        String(decoding: text.utf8.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}

/// The codes of error lines.
enum LineErrorCode: String, CaseIterable {
    /// Wrong user or password, or no login yet.
    case denied
    /// Too many failures; the account is locked.
    case locked
    /// The user's privilege is too low.
    case forbidden
    /// Sessions exhausted, or occupied with itself; the text begins with milliseconds to wait.
    case busy
    /// A sound request at the wrong moment.
    case state
    /// An argument this machine does not have.
    case badarg
    /// No such request.
    case unknown
    /// The session has ended; log in again.
    case expired
}

/// One answer: fields after `ok`, or an error.
enum LineReply: Equatable {
    case ok([String])
    case error(LineErrorCode, String)

    static let ok = LineReply.ok([])

    /// The line without its newline, cut to what a line may hold.
    var text: String {
        let line: String
        switch self {
        case .ok(let fields): line = fields.isEmpty ? "ok" : "ok " + fields.joined(separator: "\t")
        case .error(let code, let text): line = "error \(code.rawValue) \(text)"
        }
        return String(line.prefix(LineProtocol.maximumLine - 1))
    }
}
