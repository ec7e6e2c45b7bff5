// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// A resource of the service as it was read.
struct Resource: Sendable {
    var path: String
    var json: JSON
    /// The ETag field, or else the annotation `@odata.etag`.
    var etag: String?

    init(path: String, json: JSON, etag: String? = nil) {
        self.path = path
        self.json = json
        self.etag = etag ?? json["@odata.etag"]?.text
    }

    subscript(_ path: String...) -> JSON? { json[path] }

    /// The link a member holds, as `{"@odata.id": "…"}`.
    func link(_ path: String...) -> String? { json[path]?["@odata.id"]?.text }

    /// The links of an array of such objects.
    func links(_ path: String...) -> [String] { json[path]?.array?.compactMap { $0["@odata.id"]?.text } ?? [] }

    /// `Id`, or the last part of the path.
    var id: String { json["Id"]?.text ?? path.split(separator: "/").last.map(String.init) ?? path }

    /// The action by its name, such as `ComputerSystem.Reset`.
    func action(_ name: String) -> JSON? { json[["Actions", "#\(name)"]] }
}

/// What goes into If-Match.
enum EntityTag {
    /// The value for a change of a resource with this ETag; nil sends none.
    static func ifMatch(_ etag: String?, _ quirks: Set<Quirk>) -> String? {
        if quirks.contains(.etagNever) { return nil }
        guard let etag, !etag.isEmpty else { return quirks.contains(.etagRequired) ? "*" : nil }
        guard etag.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), etag.utf8.count <= 512 else { return nil }
        if quirks.contains(.etagStrongOnly), etag.hasPrefix("W/") { return String(etag.dropFirst(2)) }
        return etag
    }
}
