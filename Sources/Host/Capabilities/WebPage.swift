// SPDX-License-Identifier: Apache-2.0

/// The address of a page for people, such as a BMC's own: `https://10.0.0.5/`.
public struct WebPage: Sendable, Equatable {
    public let url: String

    /// Takes `http` and `https` with a host, at most 512 printable ASCII characters without blanks, quotes and angle brackets,
    /// and without a user (RFC 3986): what a driver tells ends up where people click.
    public init?(_ text: String) {
        let schemes = ["https://", "http://"]
        guard text.utf8.count <= 512, let scheme = schemes.first(where: { text.lowercased().hasPrefix($0) }) else {
            return nil
        }
        let authority = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !#""'<>\`{}|^"#.utf8.contains($0) }) else { return nil }
        url = text
    }
}
