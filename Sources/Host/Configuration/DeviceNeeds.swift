// SPDX-License-Identifier: Apache-2.0

/// What a device's configuration names beyond the manifest, and a confined worker must therefore let through.
struct DeviceNeeds: Sendable, Equatable {
    /// TCP ports: members called `port` or `…_port`, and ports of URLs.
    private(set) var ports: Set<UInt16> = []
    /// Files to be read: members called `file` or `…_file` that hold an absolute path.
    private(set) var files: Set<String> = []

    init() {}

    /// Reads the members of an object.
    init(_ object: JSONValue) {
        guard case .object(let members) = object else { return }
        for (key, value) in members {
            switch value {
            case .number(let number) where Self.isCalled(key, "port"):
                if let port = UInt16(exactly: number.value) { ports.insert(port) }
            case .string(let path) where Self.isCalled(key, "file"):
                if path.hasPrefix("/") { files.insert(path) }
            case .string(let text):
                if let port = Self.port(ofURL: text) { ports.insert(port) }
            default: break
            }
        }
    }

    mutating func formUnion(_ other: DeviceNeeds) {
        ports.formUnion(other.ports)
        files.formUnion(other.files)
    }

    private static func isCalled(_ key: String, _ name: String) -> Bool { key == name || key.hasSuffix("_" + name) }

    /// The port of `scheme://[user@]host[:port][/…]`; nil when the text is no such URL.
    private static func port(ofURL text: String) -> UInt16? {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let scheme = parts.first, !scheme.isEmpty else { return nil }
        let authority = parts[1].prefix { !"/?#".contains($0) }
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            return UInt16(authority[authority.index(after: colon)...])
        }
        return ["http": 80, "https": 443, "ws": 80, "wss": 443, "telnet": 23, "ssh": 22][scheme.lowercased()]
    }
}
