// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginAPI
public import Testing

/// Records an issue for each member of the manifest that differs from what the library says of itself.
///
/// `path` is relative to the package.
public func expectManifest(
    _ path: String, describes plugin: LoadedPlugin, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let data = try Data(contentsOf: package.appendingPathComponent(path))
    let manifest = try #require(try JSONSerialization.jsonObject(with: data) as? NSDictionary)
    let table = plugin.table.pointee
    var extensions: [String] = []
    var next = table.extensions
    while let id = next?.pointee {
        extensions.append(String(cString: id))
        #expect(table.extension(id) != nil, sourceLocation: sourceLocation)
        next = next?.advanced(by: 1)
    }
    let schema = try JSONSerialization.jsonObject(with: Data(String(cString: table.config_schema).utf8))
    let described: NSDictionary = [
        "id": String(cString: table.id), "name": String(cString: table.name), "vendor": String(cString: table.vendor),
        "version": String(cString: table.version), "license": String(cString: table.license),
        "extensions": extensions, "config_schema": schema, "abi": 1,
    ]
    for (key, value) in described {
        let same = (manifest[key] as? NSObject)?.isEqual(value) == true
        #expect(same, "\(key): \(manifest[key] ?? "missing") is not \(value)", sourceLocation: sourceLocation)
    }
    #expect(manifest["sha256"] as? String == "@SHA256@", sourceLocation: sourceLocation)
}
