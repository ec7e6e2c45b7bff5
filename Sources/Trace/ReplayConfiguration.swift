// SPDX-License-Identifier: Apache-2.0
private import Foundation

/// A recorded configuration, pointed at the replayer instead of the device.
struct ReplayConfiguration {
    private var members: [String: Any]

    private static let hosts: Set<String> = ["host", "hostname", "address", "bmc", "ip", "server"]
    private static let urls: Set<String> = ["url", "base_url", "uri", "endpoint"]
    private static let users: Set<String> = ["username", "user", "login"]

    /// - Throws: `TraceError` when it is no JSON object.
    init(_ text: String) throws(TraceError) {
        guard let members = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            throw TraceError(message: "the recorded configuration is no JSON object")
        }
        self.members = members
    }

    var user: String? { Self.users.compactMap { members[$0] as? String }.first }

    /// How the device's address may be written in what a driver tells.
    var places: [String] {
        let hosts = members.filter { Self.hosts.contains($0.key) || Self.urls.contains($0.key) }
        let texts = hosts.values.compactMap { $0 as? String }
        let port = (members["port"] as? NSNumber)?.intValue
        return texts + texts.flatMap { host in port.map { ["\(host):\($0)", "[\(host)]:\($0)"] } ?? [] }
    }

    var text: String {
        let data = try? JSONSerialization.data(
            withJSONObject: members, options: [.sortedKeys, .withoutEscapingSlashes])
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    mutating func point(to target: ReplayTarget) {
        let place = "\(ReplayTarget.host):\(target.port)"
        let hasPort = members["port"] != nil
        for name in members.keys where Self.urls.contains(name) {
            members[name] = "\(target.scheme ?? "http")://\(place)"
        }
        for name in members.keys where Self.hosts.contains(name) {
            let old = members[name] as? String ?? ""
            if let scheme = target.scheme, old.contains("://") || !hasPort {
                members[name] = "\(scheme)://\(place)"
            } else {
                members[name] = hasPort ? ReplayTarget.host : place
            }
        }
        if hasPort { members["port"] = target.port }
    }
}
