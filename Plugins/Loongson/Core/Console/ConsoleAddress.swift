// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// Where a machine's serial port is: `tcp://10.0.0.30:4005`, `telnet://…` or `rfc2217://…` of a console server.
struct ConsoleAddress: Equatable, Sendable {
    enum Kind: String, Sendable {
        /// The bytes as they are.
        case tcp
        /// Telnet (RFC 854).
        case telnet
        /// Telnet that also sets the serial port (RFC 2217).
        case rfc2217
    }

    var kind: Kind
    /// Numeric IPv4 or IPv6 address.
    var host: String
    var port: UInt16

    /// Reads the member `console`. Throws `invalid` naming it.
    init(_ url: String) throws(PluginError) {
        let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else {
            throw .invalid(field: "console", "is not tcp://, telnet:// or rfc2217:// with an address and a port")
        }
        self.kind = kind
        let authority = parts[1]
        guard let colon = authority.lastIndex(of: ":"),
            let port = UInt16(authority[authority.index(after: colon)...]), port > 0
        else { throw .invalid(field: "console", "has no port of 1 to 65535 at its end") }
        self.port = port
        var host = authority[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        let isNumeric = host.utf8.allSatisfy { byte in
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || ".:%".utf8.contains(byte)
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
        }
        guard (2...64).contains(host.utf8.count), isNumeric, host.contains(".") || host.contains(":") else {
            throw .invalid(field: "console", "has no numeric IPv4 or IPv6 address; names are not looked up")
        }
        self.host = String(host)
    }

    /// For messages.
    var name: String { "\(kind.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
