// SPDX-License-Identifier: Apache-2.0
private import Crypto
internal import Host

/// Checks of manifest and schema.
enum ManifestChecks {
    static func descriptorEqualsManifest(_ run: CheckRun) throws {
        guard let path = run.options.manifest else {
            throw CheckStop.skipped("there is no plugin.json beside the library; name one with --manifest")
        }
        guard let text = FileBytes.text(path, limit: 1 << 20) else {
            throw CheckStop.failed(expected: "a readable manifest", seen: path)
        }
        let manifest: JSONValue
        do throws(JSONError) { manifest = try JSONParser.parse(text) } catch {
            throw CheckStop.failed(expected: "\(path) is JSON", seen: error.description)
        }
        let descriptor = try run.load().descriptor
        for (member, said) in [
            ("id", descriptor.id), ("name", descriptor.name), ("vendor", descriptor.vendor),
            ("version", descriptor.version), ("license", descriptor.license),
        ] {
            let written = manifest[member]?.string
            try require(
                written == said, "\"\(member)\" of the manifest is \"\(said)\", as the descriptor says",
                written.map { "it is \"\($0)\"" } ?? "it is missing")
        }
        try require(
            manifest["abi"]?.integer == 1, "\"abi\" of the manifest is 1", manifest["abi"]?.text ?? "it is missing")
        let listed = manifest["extensions"]?.elements.compactMap(\.string) ?? []
        try require(
            Set(listed) == Set(descriptor.extensions) && listed.count == descriptor.extensions.count,
            "\"extensions\" are those of the descriptor: \(descriptor.extensions.joined(separator: ", "))",
            listed.isEmpty ? "there are none" : listed.joined(separator: ", "))
        try compareSchemas(manifest, descriptor)
        try checkDigest(manifest, run)
    }

    private static func compareSchemas(_ manifest: JSONValue, _ descriptor: Descriptor) throws {
        let written = manifest["config_schema"]
        guard !descriptor.configSchema.isEmpty || written != nil else { return }
        let said = try? JSONParser.parse(descriptor.configSchema)
        guard let written, let said else {
            throw CheckStop.failed(
                expected: "manifest and descriptor have the same config_schema",
                seen: written == nil ? "the manifest has none" : "the descriptor's is no JSON")
        }
        guard written != said else { return }
        let place = difference(written, said, "$") ?? "$"
        throw CheckStop.failed(
            expected: "manifest and descriptor have the same config_schema", seen: "they differ at \(place)")
    }

    /// The first place where two documents differ.
    private static func difference(_ one: JSONValue, _ other: JSONValue, _ path: String) -> String? {
        guard one != other else { return nil }
        guard case .object(let left) = one, case .object(let right) = other else { return path }
        for key in left.map(\.key) + right.map(\.key) {
            guard let first = one[key], let second = other[key] else { return "\(path).\(key)" }
            if let place = difference(first, second, "\(path).\(key)") { return place }
        }
        return path
    }

    private static func checkDigest(_ manifest: JSONValue, _ run: CheckRun) throws {
        let written = manifest["sha256"]?.string ?? ""
        // A template, whose digest is filled in when the plugin is installed.
        guard !written.hasPrefix("@") else { return run.note("the manifest is a template without digest") }
        guard let bytes = FileBytes.read(run.options.library, limit: 1 << 30) else { return }
        let digest = SHA256.hash(data: bytes).map { byte in
            String(byte, radix: 16).count == 1 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
        }.joined()
        try require(written == digest, "\"sha256\" of the manifest is that of the library, \(digest)", written)
    }

    static func schemaIsValid(_ run: CheckRun) throws {
        let descriptor = try run.load().descriptor
        guard descriptor.extensions.contains(Interface.driver) || !descriptor.configSchema.isEmpty else {
            throw CheckStop.notApplicable("the plugin drives no devices and has no configuration")
        }
        let json: JSONValue
        do throws(JSONError) { json = try JSONParser.parse(descriptor.configSchema) } catch {
            throw CheckStop.failed(expected: "config_schema is JSON", seen: error.description)
        }
        do throws(SchemaError) { _ = try ConfigSchema(json) } catch {
            throw CheckStop.failed(expected: "a schema with the keywords the host checks", seen: error.description)
        }
        try require(
            json["type"]?.string == "object", "the schema's type is object", json["type"]?.text ?? "there is no type")
        let maker = ConfigurationMaker(options: run.options, schema: json)
        for property in json["properties"]?.members ?? [] where looksSecret(property.key) {
            try require(
                maker.secretNames.contains(property.key),
                "\"\(property.key)\", which sounds like a secret, is writeOnly",
                "it would be kept and shown like any other member")
        }
        try require(
            json["properties"] != nil || descriptor.extensions.contains(Interface.driver) == false,
            "the schema says which members there are", "it has no properties")
    }

    private static func looksSecret(_ name: String) -> Bool {
        let plain = name.lowercased()
        let endings = ["password", "passwd", "passphrase", "secret", "token", "private_key", "api_key", "apikey"]
        return endings.contains { plain == $0 || plain.hasSuffix("_" + $0) || plain.hasSuffix("-" + $0) }
            || plain == "pass" || plain == "bmcpassword" || plain == "userpassword"
    }
}
