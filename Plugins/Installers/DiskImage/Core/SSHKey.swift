// SPDX-License-Identifier: Apache-2.0

/// One line of an `authorized_keys` file without options: type, base64 blob, comment (sshd(8), RFC 4253 section 6.6).
struct SSHKey: CheckedText {
    let text: String

    private static let types: Set<String> = [
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ]

    init(checking text: String) throws(Refusal) {
        let scalars = text.unicodeScalars
        guard scalars.allSatisfy({ $0.properties.generalCategory != .control && !Self.breaksLine($0) }) else {
            throw Refusal("is not one line without control characters")
        }
        guard text.utf8.count <= 16_384 else { throw Refusal("is longer than 16384 bytes") }
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count >= 2, Self.types.contains(String(parts[0])), Self.isBase64(parts[1]) else {
            throw Refusal("is not a public key of the form TYPE BASE64 [COMMENT]")
        }
        self.text = text
    }

    private static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .lineSeparator || scalar.properties.generalCategory == .paragraphSeparator
    }

    private static func isBase64(_ text: Substring) -> Bool {
        let digits = text.unicodeScalars.prefix { $0.isASCIILetterOrDigit || $0 == "+" || $0 == "/" }
        let padding = text.unicodeScalars[digits.endIndex...]
        return !digits.isEmpty && padding.count <= 2 && padding.allSatisfy { $0 == "=" }
    }
}
