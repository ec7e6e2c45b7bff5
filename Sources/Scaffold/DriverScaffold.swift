// SPDX-License-Identifier: Apache-2.0

/// A new driver: the template of a language with a name of its own.
public struct DriverScaffold: Sendable {
    /// What the templates are called; each occurrence is replaced.
    static let placeholder = (id: "dev.example.skeleton", name: "skeleton", vendor: "\"Example\"")

    public let name: String
    public let id: String
    public let vendor: String
    public let language: DriverLanguage

    /// Names a new driver.
    /// - Parameters:
    ///   - name: lower-case letters, digits and single hyphens, beginning with a letter; at most 40.
    ///   - id: the plugin's id in reverse DNS; nil is `dev.example.<name>`.
    ///   - vendor: who makes it; printable ASCII without quotes and backslashes.
    /// - Throws: `ScaffoldError` that names what cannot be used.
    public init(
        name: String, id: String? = nil, vendor: String = "Example", language: DriverLanguage
    ) throws(ScaffoldError) {
        guard Self.isName(name) else {
            throw ScaffoldError(
                field: "NAME",
                message:
                    "\"\(name)\" is no name for a driver: lower-case letters, digits and single hyphens, beginning "
                    + "with a letter, at most 40, such as acme-bmc")
        }
        let id = id ?? "dev.example.\(name)"
        guard Self.isIdentifier(id) else {
            throw ScaffoldError(
                field: "--id", message: "\"\(id)\" is no reverse DNS in lower case, such as com.acme.bmc")
        }
        guard !vendor.isEmpty, vendor.utf8.count <= 100,
            vendor.utf8.allSatisfy({
                (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            })
        else {
            throw ScaffoldError(
                field: "--vendor", message: "the vendor must be printable ASCII without quotes and backslashes")
        }
        self.name = name
        self.id = id
        self.vendor = vendor
        self.language = language
    }

    /// The files of the driver.
    public var files: [TemplateFile] {
        language.files.map { file in
            let text = file.text.replacing(Self.placeholder.id, with: "\u{1}")
                .replacing(Self.placeholder.name, with: name)
                .replacing(Self.placeholder.vendor, with: "\"\(vendor)\"")
                .replacing("\u{1}", with: id)
            return TemplateFile(path: file.path, text: text)
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first), name.utf8.count <= 40 else { return false }
        return name.split(separator: "-", omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { isLetter($0) || isDigit($0) } }
    }

    private static func isIdentifier(_ id: String) -> Bool {
        let parts = id.split(separator: ".", omittingEmptySubsequences: false)
        return id.utf8.count <= 128 && parts.count >= 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy {
                        isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    }
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// Why no driver was written.
public struct ScaffoldError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The argument that cannot be used; nil when it was the disk.
    public let field: String?
    public let message: String

    public var description: String { message }

    init(field: String? = nil, message: String) {
        self.field = field
        self.message = message
    }
}
