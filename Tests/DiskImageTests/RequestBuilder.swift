// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A render request as JSON, with members replaced one at a time.
struct RequestBuilder {
    private var root: [String: Any] = [
        "image": [
            "name": "debian-12", "sha256": String(repeating: "ab", count: 32), "size_bytes": 4096,
            "compression": "zstd",
        ] as [String: Any],
        "machine": ["name": "node1", "mac": "52:54:00:00:00:01", "architecture": "x86_64", "firmware": "uefi"],
        "server": "http://192.168.77.1:8080",
        "token": "0123456789abcdef",
        "console": "ttyS0,115200n8",
        "disk": ["serial": "DISK-1", "min_bytes": 1000] as [String: Any],
        "hostname": "node1.example.org",
        "ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== admin@example.org"],
        "networks": [
            [
                "mac": "52:54:00:00:00:01", "address": "192.168.77.10/24", "gateway": "192.168.77.1",
                "dns": ["192.168.77.1", "2001:db8::53"],
            ] as [String: Any]
        ],
        "user_data": NSNull(),
        "phone_home": "http://192.168.77.1:8080/hello/abc",
    ]

    /// The request with the member at `path` (names separated by dots, `0` for a first element) replaced.
    func with(_ path: String, _ value: Any) -> RequestBuilder {
        var copy = self
        copy.root = Self.replace(root, path.split(separator: ".").map(String.init), value) as? [String: Any] ?? [:]
        return copy
    }

    var json: String {
        guard let data = try? JSONSerialization.data(withJSONObject: root) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    private static func replace(_ node: Any, _ path: [String], _ value: Any) -> Any {
        guard let first = path.first else { return value }
        let rest = Array(path.dropFirst())
        if var list = node as? [Any], let index = Int(first) {
            list[index] = replace(list[index], rest, value)
            return list
        }
        var object = node as? [String: Any] ?? [:]
        object[first] = replace(object[first] ?? NSNull(), rest, value)
        return object
    }
}
