// SPDX-License-Identifier: Apache-2.0
internal import PluginWorker

/// Takes the secrets a worker was given out of what the worker says.
///
/// A defence in depth: drivers must not print secrets in the first place. It knows the secrets used last, and leaves
/// alone those of fewer than four bytes, which occur everywhere.
struct Redactor: Sendable {
    private static let remembered = 64
    private static let shortest = 4
    private var secrets: [SecretBytes] = []

    mutating func learn(_ more: some Sequence<SecretBytes>) {
        for secret in more where secret.count >= Self.shortest {
            if secrets.last === secret { continue }
            secrets.removeAll { $0 === secret }
            secrets.append(secret)
        }
        if secrets.count > Self.remembered { secrets.removeFirst(secrets.count - Self.remembered) }
    }

    /// The text with each known secret replaced by `<secret>`.
    func clean(_ text: String) -> String {
        var bytes = Array(text.utf8)
        var isChanged = false
        for secret in secrets {
            secret.withBytes { isChanged = SecretText.replace(Array($0), in: &bytes) || isChanged }
        }
        return isChanged ? String(decoding: bytes, as: UTF8.self) : text
    }

    /// The bytes with each known secret replaced by `<secret>`.
    func clean(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for secret in secrets { secret.withBytes { _ = SecretText.replace(Array($0), in: &bytes) } }
        return bytes
    }
}

/// Bytes that must not be shown.
package enum SecretText {
    /// What stands in place of a secret.
    package static let mark = "<secret>"

    /// Puts the mark wherever the needle occurs.
    /// - Returns: whether it occurred.
    package static func replace(_ needle: [UInt8], in bytes: inout [UInt8]) -> Bool {
        guard let first = needle.first, bytes.count >= needle.count else { return false }
        var result: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == first, bytes[at...].starts(with: needle) {
                result.append(contentsOf: mark.utf8)
                at += needle.count
            } else {
                result.append(bytes[at])
                at += 1
            }
        }
        defer { bytes = result }
        return result != bytes
    }
}
