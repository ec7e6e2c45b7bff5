// SPDX-License-Identifier: Apache-2.0

/// A plugin directory that passed every check that needs no code of the plugin.
struct CatalogueEntry: Sendable {
    let directory: String
    let manifest: PluginManifest
    let schema: ConfigSchema
    /// The very file that was checked.
    private(set) var kept: KeptLibrary?
    /// Another library has taken the place of this one, which is loaded from the kept file.
    private(set) var isReplaced = false

    /// The library's path.
    var library: String { directory + "/" + manifest.library }

    /// Reads a plugin's directory: trust, manifest, schema, library.
    /// - Throws: `Refusal` with the exact reason.
    init(directory: String) throws(Refusal) {
        _ = try TrustedFile(path: directory, kind: .directory)
        let file = try TrustedFile(path: directory + "/" + PluginManifest.fileName, kind: .regular)
        let manifest = try PluginManifest(file)
        guard directory.hasSuffix("/" + manifest.id) else {
            throw Refusal(reason: "\(file.path): \"id\" is \(manifest.id), but the directory has another name")
        }
        self.directory = directory
        self.manifest = manifest
        do throws(SchemaError) {
            schema = try ConfigSchema(Self.schemaJSON(of: manifest))
        } catch { throw Refusal(reason: "\(file.path): \(error)") }
        kept = try checkedLibrary()
    }

    /// The same plugin, loaded from the kept file from now on.
    var replaced: CatalogueEntry {
        var entry = self
        entry.isReplaced = true
        return entry
    }

    private static func schemaJSON(of manifest: PluginManifest) -> JSONValue {
        (try? JSONParser.parse(manifest.configSchemaJSON)) ?? .object([])
    }

    /// Checks the library again, right before it is loaded: owner, mode, kind of file and digest.
    func checkLibrary() throws(Refusal) {
        guard isReplaced else {
            _ = try checkedLibrary()
            return
        }
        guard let kept else { throw Refusal(reason: "\(library) was replaced, and the old one is not kept") }
        guard try TrustedFile.sha256(kept.descriptor, library) == manifest.sha256 else {
            throw Refusal(reason: "\(library) was overwritten in place, so its old version is gone")
        }
    }

    private func checkedLibrary() throws(Refusal) -> KeptLibrary? {
        _ = try TrustedFile(path: directory, kind: .directory)
        let file = try TrustedFile(path: library, kind: .regular)
        try Self.checkKind(try file.read(first: 20), library)
        let digest = try file.sha256()
        guard digest == manifest.sha256 else {
            throw Refusal(reason: "\(library) has SHA-256 \(digest), but the manifest says \(manifest.sha256)")
        }
        return KeptLibrary(file)
    }

    /// A shared object for this machine: ELF, 64 bits, little-endian, type DYN.
    private static func checkKind(_ head: [UInt8], _ path: String) throws(Refusal) {
        guard head.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { throw Refusal(reason: "\(path) is not an ELF file") }
        guard head.count == 20, head[4] == 2, head[5] == 1 else {
            throw Refusal(reason: "\(path) is not a 64-bit little-endian ELF file")
        }
        guard head[16] == 3, head[17] == 0 else { throw Refusal(reason: "\(path) is not a shared object") }
        #if arch(x86_64)
            let machine: UInt8 = 62
        #elseif arch(arm64)
            let machine: UInt8 = 183
        #elseif arch(riscv64)
            let machine: UInt8 = 243
        #endif
        guard head[18] == machine, head[19] == 0 else {
            throw Refusal(reason: "\(path) is made for another kind of processor (ELF machine \(head[18]))")
        }
    }
}
