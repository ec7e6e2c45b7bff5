// SPDX-License-Identifier: Apache-2.0
private import Foundation
internal import Host

/// Takes secrets out of what is recorded: those it was told, in every spelling a protocol may give them, and the values
/// of members, headers and commands that hold secrets by their nature.
public struct Scrubber: Sendable {
    /// What stands in place of a secret.
    public static var mark: String { SecretText.mark }
    /// Secrets that are shorter occur everywhere and are found by their places only.
    private static let shortest = 4

    private let needles: [[UInt8]]

    /// - Parameter secrets: values that must not appear, whatever they are spelled like.
    public init(secrets: [[UInt8]]) {
        needles = Set(secrets.filter { $0.count >= Self.shortest }.flatMap(Self.spellings)).sorted {
            ($0.count, String(decoding: $0, as: UTF8.self)) > ($1.count, String(decoding: $1, as: UTF8.self))
        }
    }

    /// The bytes without secrets. `protocolName` is that of `call->wire`; nil for what is no message.
    public func clean(_ bytes: [UInt8], protocolName: String? = nil) -> [UInt8] {
        if protocolName == "ipmi", Self.isSecretIPMI(bytes) { return Array(bytes.prefix(2)) + Array(Self.mark.utf8) }
        var result = bytes
        for needle in needles { _ = SecretText.replace(needle, in: &result) }
        guard let text = String(validating: result, as: UTF8.self) else { return result }
        return Array(Self.cleanPlaces(text).utf8)
    }

    /// The text without secrets.
    public func clean(_ text: String) -> String {
        String(decoding: clean(Array(text.utf8)), as: UTF8.self)
    }

    // MARK: Known secrets

    /// As it is, percent-encoded, in JSON, in Base64 at each of its three alignments, and in hexadecimal.
    private static func spellings(_ secret: [UInt8]) -> [[UInt8]] {
        var spellings = [secret]
        if let text = String(validating: secret, as: UTF8.self) {
            let plain = CharacterSet.alphanumerics
            if let encoded = text.addingPercentEncoding(withAllowedCharacters: plain) {
                spellings.append(Array(encoded.utf8))
            }
            if let encoded = text.addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed) {
                spellings.append(Array(encoded.utf8))
            }
            if let quoted = try? JSONEncoder().encode(text) { spellings.append(Array(quoted.dropFirst().dropLast())) }
        }
        for lead in 0..<3 {
            // What is before and behind the secret changes the characters at its edges: those are left out.
            let padded = [UInt8](repeating: 0, count: lead) + secret
            let text = Array(Data(padded).base64EncodedString().utf8.prefix { $0 != UInt8(ascii: "=") })
            let start = lead == 0 ? 0 : lead + 1
            let end = padded.count % 3 == 0 ? text.count : text.count - 1
            if end - start >= 5 { spellings.append(Array(text[start..<end])) }
        }
        let digits = Hexadecimal.digits(secret)
        spellings.append(Array(digits.utf8))
        spellings.append(Array(digits.uppercased().utf8))
        return spellings
    }

    // MARK: Places

    /// Set User Password (IPMI 2.0 section 22.30), with the password in its data.
    private static func isSecretIPMI(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && bytes[0] >> 2 == 0x06 && bytes[1] == 0x47
    }

    /// Header fields, JSON members, URL user information and lines that hold a secret by their name.
    private static func cleanPlaces(_ text: String) -> String {
        var text = text
        text.replace(header) { match in "\(match.1)\(mark)" }
        text.replace(member) { match in "\(match.1)\"\(mark)\"" }
        text.replace(userInfo) { match in "\(match.1)\(mark)@" }
        text.replace(query) { match in "\(match.1)\(mark)" }
        text.replace(login) { match in "\(match.1)\(mark)" }
        return text
    }

    nonisolated(unsafe) private static let header =
        /(?im)^((?:authorization|proxy-authorization|x-auth-token|x-api-key|set-cookie|cookie):[ \t]*)[^\r\n]*/
    nonisolated(unsafe) private static let member =
        /(?i)("(?:[a-z0-9_.@\- ]*)(?:password|passwd|passphrase|secret|token|community|privatekey|private_key|apikey|api_key|credential)(?:[a-z0-9_]*)"\s*:\s*)"(?:[^"\\]|\\.)*"/
    nonisolated(unsafe) private static let userInfo = /([a-z][a-z0-9+.\-]*:\/\/)[^\/@\s"']+@/
    nonisolated(unsafe) private static let query =
        /(?i)([?&](?:password|token|secret|api_key|apikey|signature|sig)=)[^&\s"']*/
    nonisolated(unsafe) private static let login = /(?im)^(login\s+\S+\s+)\S+/
}
