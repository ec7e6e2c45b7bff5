// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Finds a plugin's library and manifest from what was typed.
enum CheckedPlugin {
    /// The library's absolute path, and the manifest beside it if there is one: `plugin.json`, or the template
    /// `plugin.json.in` from which it is made.
    ///
    /// - Throws: `CommandError` when there is no library.
    static func resolve(_ path: String) throws -> (library: String, manifest: String?) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandError(.local, "there is no file \(path)")
        }
        let absolute = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
        guard isDirectory.boolValue else {
            let directory = URL(filePath: absolute).deletingLastPathComponent()
            let manifest = ["plugin.json", "plugin.json.in", "../plugin.json", "../plugin.json.in"]
                .map { directory.appending(path: $0).standardizedFileURL.path(percentEncoded: false) }
                .first { FileManager.default.fileExists(atPath: $0) }
            return (absolute, manifest)
        }
        let manifest = absolute + (absolute.hasSuffix("/") ? "" : "/") + "plugin.json"
        let text = try LocalFile.bytes(manifest, limit: 1 << 20, purpose: "manifest")
        guard let object = try? JSONSerialization.jsonObject(with: text) as? [String: Any],
            let name = object["library"] as? String, !name.contains("/")
        else { throw CommandError(.local, "\(manifest) names no library") }
        return (URL(filePath: manifest).deletingLastPathComponent().appending(path: name).path(percentEncoded: false), manifest)
    }
}
