// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// The one encoder of MIME multipart messages (RFC 2046, section 5.1), as cloud-init reads them. Bodies are base64, whose
/// alphabet has no hyphen, so no body can contain the boundary and every body arrives byte for byte.
struct MIMEMultipart {
    /// One part; `mimeType`, `fileName` and `headers` come from this plugin, never from a request.
    struct Part {
        var mimeType: String
        var fileName: String
        var headers: [(name: String, value: String)] = []
        var body: String
    }

    private static let boundary = "==ingot-part=="

    var parts: [Part]

    var text: String {
        var lines = [
            "Content-Type: multipart/mixed; boundary=\"\(Self.boundary)\"",
            "MIME-Version: 1.0",
            "",
        ]
        for part in parts {
            lines += [
                "--\(Self.boundary)",
                "Content-Type: \(part.mimeType); charset=\"utf-8\"",
                "MIME-Version: 1.0",
                "Content-Transfer-Encoding: base64",
                "Content-Disposition: attachment; filename=\"\(part.fileName)\"",
            ]
            lines += part.headers.map { "\($0.name): \($0.value)" }
            lines.append("")
            lines.append(Self.base64(part.body))
        }
        lines.append("--\(Self.boundary)--")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func base64(_ text: String) -> String {
        var lines: [Substring] = []
        var rest = Data(text.utf8).base64EncodedString()[...]
        while !rest.isEmpty {
            lines.append(rest.prefix(76))
            rest = rest.dropFirst(76)
        }
        return lines.joined(separator: "\n")
    }
}
