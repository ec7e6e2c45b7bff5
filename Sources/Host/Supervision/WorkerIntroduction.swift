// SPDX-License-Identifier: Apache-2.0
private import PluginAPI
internal import PluginWire

/// What a plugin said about itself when it was loaded.
struct WorkerIntroduction: Sendable {
    let driverFlags: UInt32
    let powerActions: UInt32
    let bootTargets: UInt32
    let consoleFlags: UInt32
    let sweepSubjects: UInt32
    /// What the worker keeps the plugin to, and what it cannot.
    let confinement: PluginConfinement
    private let texts: [(field: String, value: String)]
    private let schema: String
    private let extensions: [String]

    init(_ frame: Frame) {
        driverFlags = frame.uint32(.driverFlags) ?? 0
        powerActions = frame.uint32(.powerActions) ?? 0
        bootTargets = frame.uint32(.bootTargets) ?? 0
        consoleFlags = frame.uint32(.consoleFlags) ?? 0
        sweepSubjects = frame.uint32(.sweepSubjects) ?? 0
        confinement = PluginConfinement(enforced: frame.texts(.confined), missing: frame.texts(.unconfined))
        texts = [
            ("id", frame.text(.plugin) ?? ""), ("name", frame.text(.name) ?? ""),
            ("vendor", frame.text(.vendor) ?? ""), ("version", frame.text(.version) ?? ""),
            ("license", frame.text(.license) ?? ""),
        ]
        schema = frame.text(.configSchema) ?? ""
        extensions = frame.texts(.interface)
    }

    /// Whether calls on one device may overlap.
    var isConcurrent: Bool { driverFlags & INGOT_DRIVER_CONCURRENT != 0 }

    /// The first thing in which the plugin differs from its manifest.
    func difference(from manifest: PluginManifest) -> String? {
        let expected = [manifest.id, manifest.name, manifest.vendor, manifest.version, manifest.license]
        for (text, value) in zip(texts, expected) where text.value != value {
            return "its \(text.field) is \"\(oneLine(text.value))\", but the manifest says \"\(value)\""
        }
        if extensions.sorted() != manifest.extensions.sorted() {
            return "its extensions are \(extensions.joined(separator: ", ")), but the manifest says "
                + manifest.extensions.joined(separator: ", ")
        }
        let own = try? JSONParser.parse(schema.isEmpty ? "{}" : schema)
        let declared = try? JSONParser.parse(manifest.configSchemaJSON.isEmpty ? "{}" : manifest.configSchemaJSON)
        return own == declared && own != nil ? nil : "its config_schema is not the one of the manifest"
    }
}
