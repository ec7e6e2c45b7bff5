// SPDX-License-Identifier: Apache-2.0

/// The user's own cloud-init data, kept byte for byte. Its first line says what it is.
struct UserData: CheckedText {
    let text: String
    /// The MIME type cloud-init knows this kind by.
    let mimeType: String

    /// The longest user data, in bytes.
    static let limit = 1 << 20

    /// First characters and the types that go with them (cloud-init, "User-data formats"). Archives of several parts and
    /// compressed data are not taken: their parts would have to be merged a second time.
    private static let kinds: [(start: String, mimeType: String)] = [
        ("#cloud-config-archive", ""),
        ("#cloud-config", "text/cloud-config"),
        ("#cloud-boothook", "text/cloud-boothook"),
        ("#include-once", "text/x-include-once-url"),
        ("#include", "text/x-include-url"),
        ("#part-handler", "text/part-handler"),
        ("## template: jinja", "text/jinja2"),
        ("#!", "text/x-shellscript"),
    ]

    init(checking text: String) throws(Refusal) {
        guard text.utf8.count <= Self.limit else { throw Refusal("is longer than \(Self.limit) bytes") }
        guard !text.utf8.contains(0) else { throw Refusal("contains a NUL") }
        let kind = Self.kinds.first { text.utf8.starts(with: $0.start.utf8) }
        guard let kind, !kind.mimeType.isEmpty else {
            throw Refusal(
                "starts with none of #cloud-config, #!, #cloud-boothook, #include, #include-once, #part-handler, "
                    + "## template: jinja")
        }
        self.text = text
        mimeType = kind.mimeType
    }
}
