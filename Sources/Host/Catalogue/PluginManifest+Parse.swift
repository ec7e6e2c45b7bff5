// SPDX-License-Identifier: Apache-2.0
private import PluginWorker

extension PluginManifest {
    static let fileName = "plugin.json"
    private static let maximumSize = 262_144
    /// MiB for a plugin that names no limit, and what it may name.
    private static let defaultMemory = 512
    private static let memories = 32...65_536

    /// Reads a manifest and checks each field by itself.
    /// - Throws: `Refusal` that names the field.
    init(_ file: borrowing TrustedFile) throws(Refusal) {
        let path = file.path
        guard file.size <= Self.maximumSize else {
            throw Refusal(reason: "\(path) is longer than \(Self.maximumSize) bytes")
        }
        let json: JSONValue
        do throws(JSONError) { json = try JSONParser.parse(try Self.bytes(of: file)) } catch {
            throw Refusal(reason: "\(path) is not JSON: \(error)")
        }
        guard case .object = json else { throw Refusal(reason: "\(path) is not a JSON object") }
        id = try Self.text(json, "id", path)
        name = try Self.text(json, "name", path)
        vendor = try Self.text(json, "vendor", path)
        version = try Self.text(json, "version", path)
        license = try Self.text(json, "license", path)
        library = try Self.text(json, "library", path)
        sha256 = try Self.text(json, "sha256", path)
        abi = try Self.integer(json, "abi", path)
        extensions = try Self.texts(json, "extensions", path)
        // A driver that does not say may connect to anything; a plugin without a device to nothing.
        let isDriver = extensions.contains("ingot.driver/1")
        network =
            json["network"] == nil ? (isDriver ? ["udp/*", "tcp/*"] : []) : try Self.texts(json, "network", path)
        files = json["files"] == nil ? [] : try Self.texts(json, "files", path)
        memoryMiB = json["memory_mib"] == nil ? Self.defaultMemory : try Self.integer(json, "memory_mib", path)
        isolation = json["isolation"] == nil ? "plugin" : try Self.text(json, "isolation", path)
        configSchemaJSON = json["config_schema"]?.text ?? ""
        try check(path: path)
    }

    private static func bytes(of file: borrowing TrustedFile) throws(JSONError) -> [UInt8] {
        do throws(Refusal) { return try file.read(first: file.size) } catch {
            throw JSONError(problem: error.reason, offset: 0)
        }
    }

    private func check(path: String) throws(Refusal) {
        guard Self.isIdentifier(id) else {
            throw Refusal(reason: "\(path): \"id\" must be reverse DNS in lower case, such as dev.example.driver")
        }
        guard abi == 1 else { throw Refusal(reason: "\(path): \"abi\" is \(abi); this host speaks ABI 1") }
        guard !library.contains("/"), !library.contains("\0"), library != "..", library != "." else {
            throw Refusal(reason: "\(path): \"library\" must be a file name beside the manifest, without / or ..")
        }
        guard sha256.utf8.count == 64, sha256.utf8.allSatisfy(Self.isLowerHexadecimal) else {
            throw Refusal(reason: "\(path): \"sha256\" must be 64 lower-case hexadecimal digits")
        }
        guard !extensions.isEmpty else { throw Refusal(reason: "\(path): \"extensions\" is empty") }
        guard ["plugin", "device"].contains(isolation) else {
            throw Refusal(
                reason: "\(path): \"isolation\" is \"\(isolation)\"; this host knows \"plugin\" and \"device\"")
        }
        for need in network where NetworkNeed(need) == nil {
            throw Refusal(
                reason: "\(path): \"network\" holds \"\(need)\"; it knows udp/PORT, tcp/PORT, udp/*, tcp/* and unix/*")
        }
        for file in files where !file.hasPrefix("/") || file.split(separator: "/").contains("..") {
            throw Refusal(reason: "\(path): \"files\" must hold absolute paths without ..")
        }
        guard Self.memories.contains(memoryMiB) else {
            throw Refusal(
                reason: "\(path): \"memory_mib\" is \(memoryMiB); it must be \(Self.memories.lowerBound) to "
                    + "\(Self.memories.upperBound)")
        }
        guard !configSchemaJSON.isEmpty || !isDriver else {
            throw Refusal(reason: "\(path): \"config_schema\" is missing")
        }
    }

    /// Whether the plugin drives devices.
    var isDriver: Bool { extensions.contains("ingot.driver/1") }

    private static func isIdentifier(_ id: String) -> Bool {
        let parts = id.split(separator: ".", omittingEmptySubsequences: false)
        return id.utf8.count <= 128 && parts.count >= 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy {
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                            || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    }
            }
    }

    private static func isLowerHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func text(_ json: JSONValue, _ key: String, _ path: String) throws(Refusal) -> String {
        guard let value = json[key] else { throw Refusal(reason: "\(path): \"\(key)\" is missing") }
        guard let text = value.string, !text.isEmpty, text.utf8.count <= 1024 else {
            throw Refusal(reason: "\(path): \"\(key)\" must be a text of 1 to 1024 bytes")
        }
        return text
    }

    private static func integer(_ json: JSONValue, _ key: String, _ path: String) throws(Refusal) -> Int {
        guard let value = json[key] else { throw Refusal(reason: "\(path): \"\(key)\" is missing") }
        guard case .number(let number) = value, let integer = Int(exactly: number.value) else {
            throw Refusal(reason: "\(path): \"\(key)\" must be an integer")
        }
        return integer
    }

    private static func texts(_ json: JSONValue, _ key: String, _ path: String) throws(Refusal) -> [String] {
        guard let value = json[key] else { throw Refusal(reason: "\(path): \"\(key)\" is missing") }
        guard case .array(let elements) = value, elements.count <= 64 else {
            throw Refusal(reason: "\(path): \"\(key)\" must be an array of at most 64 texts")
        }
        var texts: [String] = []
        for element in elements {
            guard let text = element.string, !text.isEmpty, text.utf8.count <= 128 else {
                throw Refusal(reason: "\(path): \"\(key)\" must hold texts of 1 to 128 bytes")
            }
            texts.append(text)
        }
        return texts
    }
}
