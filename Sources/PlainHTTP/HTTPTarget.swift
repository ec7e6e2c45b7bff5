// SPDX-License-Identifier: Apache-2.0

/// Where an `http://HOST[:PORT]/PATH` URL leads.
public struct HTTPTarget: Equatable, Sendable {
    /// Name or address.
    public var host: String
    /// TCP port, 80 when the URL names none.
    public var port: Int
    /// Path and query; `/` when the URL names none.
    public var path: String

    /// Reads a URL; nil when it is no plain http URL or holds anything but printable ASCII.
    public init?(_ url: String) {
        guard url.hasPrefix("http://"), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let rest = url.dropFirst("http://".count).prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let (host, port) = Self.split(authority), !host.isEmpty else { return nil }
        self.host = String(host)
        if let port {
            guard let number = Int(port), (1...65_535).contains(number) else { return nil }
            self.port = number
        } else {
            self.port = 80
        }
        let path = rest.dropFirst(authority.count)
        self.path = path.hasPrefix("/") ? String(path) : "/" + path
    }

    /// The value of the `Host` header (RFC 9110 section 7.2).
    public var hostHeader: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == 80 ? name : "\(name):\(port)"
    }

    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?)? {
        guard !authority.contains("@") else { return nil }
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let after = authority[authority.index(after: end)...]
            let host = authority[authority.index(after: authority.startIndex)..<end]
            if after.isEmpty { return (host, nil) }
            return after.hasPrefix(":") ? (host, after.dropFirst()) : nil
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return (parts[0], nil)
        case 2: return (parts[0], parts[1])
        default: return nil
        }
    }
}
