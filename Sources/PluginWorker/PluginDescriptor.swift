// SPDX-License-Identifier: Apache-2.0
internal import PluginAPI

/// Why a library is not a usable plugin, in one line.
struct LoadFailure: Error {
    let reason: String
}

/// What a plugin says about itself, copied out of its memory.
struct PluginDescriptor: Sendable {
    let minor: UInt32
    let id: String
    let name: String
    let vendor: String
    let version: String
    let license: String
    let configSchema: String
    let extensions: [String]

    /// Most interfaces a plugin may list.
    private static let maximumExtensions = 64
    /// Most bytes of one text; all of them travel in one frame.
    private static let maximumText = 1024
    private static let maximumSchema = 48_000

    /// Reads and checks a descriptor.
    /// - Throws: `LoadFailure` that names the field.
    init(_ plugin: UnsafePointer<ingot_plugin>) throws(LoadFailure) {
        let size = plugin.pointee.struct_size
        guard size >= UInt32(MemoryLayout<ingot_plugin>.size) else {
            throw LoadFailure(
                reason: "descriptor has struct_size \(size); ABI 1 needs at least \(MemoryLayout<ingot_plugin>.size)")
        }
        minor = plugin.pointee.minor
        id = try Self.text(plugin.pointee.id, "id")
        name = try Self.text(plugin.pointee.name, "name")
        vendor = try Self.text(plugin.pointee.vendor, "vendor")
        version = try Self.text(plugin.pointee.version, "version")
        license = try Self.text(plugin.pointee.license, "license")
        configSchema =
            plugin.pointee.config_schema == nil
            ? "" : try Self.text(plugin.pointee.config_schema, "config_schema", limit: Self.maximumSchema)
        guard plugin.pointee.extension != nil else { throw LoadFailure(reason: "descriptor has no extension function") }
        guard let list = plugin.pointee.extensions else { throw LoadFailure(reason: "descriptor has no extensions") }
        var extensions: [String] = []
        while let entry = list[extensions.count] {
            guard extensions.count < Self.maximumExtensions else {
                throw LoadFailure(reason: "descriptor lists more than \(Self.maximumExtensions) extensions")
            }
            extensions.append(try Self.text(entry, "extensions[\(extensions.count)]", limit: 128))
        }
        self.extensions = extensions
    }

    private static func text(
        _ pointer: UnsafePointer<CChar>?, _ field: String, limit: Int = maximumText
    ) throws(LoadFailure) -> String {
        guard let pointer else { throw LoadFailure(reason: "descriptor has no \(field)") }
        let text = String(cString: pointer)
        guard text.utf8.count <= limit else {
            throw LoadFailure(reason: "descriptor's \(field) is longer than \(limit) bytes")
        }
        return text
    }
}
