// SPDX-License-Identifier: Apache-2.0
private import Crypto
private import Foundation

/// A plugin laid out as a host wants it, from a library and its manifest or manifest template.
///
/// The copy lives in a directory of its own that goes when this value goes.
public final class StagedPlugin: Sendable {
    /// To be searched by the host.
    public let directory: String
    public let id: String
    public let version: String
    /// 64 lower-case hexadecimal digits.
    public let sha256: String

    /// - Throws: `TraceError` that names the file.
    public init(library: String, manifest: String) throws {
        guard let bytes = FileManager.default.contents(atPath: library) else {
            throw TraceError(message: "cannot read \(library)")
        }
        guard let text = FileManager.default.contents(atPath: manifest) else {
            throw TraceError(message: "cannot read the manifest \(manifest)")
        }
        guard var members = try? JSONSerialization.jsonObject(with: text) as? [String: Any],
            let id = members["id"] as? String, let version = members["version"] as? String, !id.contains("/"),
            !id.isEmpty
        else { throw TraceError(message: "\(manifest) is no manifest: it needs \"id\" and \"version\"") }
        self.id = id
        self.version = version
        sha256 = SHA256.hash(data: bytes).map { Hexadecimal.digits([$0]) }.joined()
        members["sha256"] = sha256
        members["library"] = "plugin.so"
        directory = FileManager.default.temporaryDirectory.appending(path: "ingot-plugin-\(UUID().uuidString)")
            .path(percentEncoded: false)
        let own = directory + "/" + id
        let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o755]
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true, attributes: mode)
        try FileManager.default.setAttributes(mode, ofItemAtPath: directory)
        try bytes.write(to: URL(filePath: own + "/plugin.so"))
        try JSONSerialization.data(withJSONObject: members).write(to: URL(filePath: own + "/plugin.json"))
        for name in ["plugin.so", "plugin.json"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: own + "/" + name)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
}
