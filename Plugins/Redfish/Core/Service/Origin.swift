// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// Scheme, host and port of a service (RFC 6454): the only place its links may lead to.
struct Origin: Equatable, Sendable {
    var isSecure: Bool
    /// As it stands in a URL, an IPv6 address in brackets.
    var host: String
    var port: UInt16

    /// Such as `https://10.0.0.5:8443`.
    var text: String { "\(isSecure ? "https" : "http")://\(authority)" }

    /// Host, and port where it is not the scheme's own.
    var authority: String { port == (isSecure ? 443 : 80) ? host : "\(host):\(port)" }

    /// Reads `[https://|http://]HOST[:PORT][/]`; https when no scheme is given.
    ///
    /// Throws `invalid` naming `address`.
    init(address: String) throws(PluginError) {
        guard let origin = Self.parse(address) else {
            throw .invalid(field: "address", "is not [https://|http://]HOST[:PORT]")
        }
        self = origin
    }

    private init(isSecure: Bool, host: String, port: UInt16) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
    }

    private static func parse(_ address: String) -> Origin? {
        guard (1...300).contains(address.utf8.count) else { return nil }
        var rest = Substring(address)
        var isSecure = true
        if let scheme = rest.firstRange(of: "://") {
            switch rest[..<scheme.lowerBound].lowercased() {
            case "https": isSecure = true
            case "http": isSecure = false
            default: return nil
            }
            rest = rest[scheme.upperBound...]
        }
        if rest.last == "/" { rest = rest.dropLast() }
        var host = rest
        var port: UInt16 = isSecure ? 443 : 80
        // An IPv6 address alone needs no brackets.
        if !rest.hasPrefix("["), rest.filter({ $0 == ":" }).count > 1 {
            host = Substring("[\(rest)]")
            guard isHost(host) else { return nil }
            return Origin(isSecure: isSecure, host: host.lowercased(), port: port)
        }
        let afterBracket = rest.lastIndex(of: "]") ?? rest.startIndex
        if let colon = rest[afterBracket...].lastIndex(of: ":") {
            guard let number = UInt16(rest[rest.index(after: colon)...]), number > 0 else { return nil }
            port = number
            host = rest[..<colon]
        }
        guard isHost(host) else { return nil }
        return Origin(isSecure: isSecure, host: host.lowercased(), port: port)
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.first == "[" {
            guard host.last == "]", host.count > 3 else { return false }
            // A scoped address names an interface after a percent sign (RFC 4007, section 11).
            let parts = host.dropFirst().dropLast().split(separator: "%", omittingEmptySubsequences: false)
            guard parts.count <= 2, parts.count < 2 || isName(parts[1]) else { return false }
            return parts[0].contains(":")
                && parts[0].unicodeScalars.allSatisfy { $0.properties.isASCIIHexDigit || $0 == ":" || $0 == "." }
        }
        return host.first != "-" && isName(host)
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "-"
                    || $0 == "."
                    || $0 == "_"
            }
    }

    /// The path a link of the service names, without its fragment.
    ///
    /// Throws `protocol` when the link is none or leads to another host.
    func path(of link: String) throws(PluginError) -> String {
        var path = Substring(link)
        if let fragment = path.firstIndex(of: "#") { path = path[..<fragment] }
        if !path.hasPrefix("/"), let scheme = path.firstRange(of: "://") {
            let end = path[scheme.upperBound...].firstIndex(of: "/") ?? path.endIndex
            guard Self.parse(String(path[..<end])) == self else {
                throw PluginError(.protocol, "a link leads to another host, which is not followed")
            }
            path = end == path.endIndex ? "/" : path[end...]
        }
        let isClean = path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        guard path.hasPrefix("/"), !path.hasPrefix("//"), isClean, path.utf8.count <= 2048 else {
            throw PluginError(.protocol, "the service gave a link that is none")
        }
        return String(path)
    }
}
