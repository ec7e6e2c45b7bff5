// SPDX-License-Identifier: Apache-2.0
private import CLinux

/// Secrets by name, kept so that their plain bytes are nowhere in the kit's own memory.
struct MaskedSecrets: Sendable {
    private static let mask: UInt8 = 0x5A
    private let masked: [String: [UInt8]]

    /// Takes secrets whose bytes are masked already.
    init(masked: [String: [UInt8]]) { self.masked = masked }

    init(_ secrets: [String: String]) { masked = secrets.mapValues { Self.masking($0.utf8) } }

    var names: [String] { masked.keys.sorted() }

    func count(of name: String) -> Int? { masked[name]?.count }

    /// Copies the plain bytes of a secret to a place with room for `count(of:)` bytes.
    func unmask(_ name: String, into place: UnsafeMutableRawPointer) {
        guard let bytes = masked[name] else { return }
        for (index, byte) in bytes.enumerated() {
            place.storeBytes(of: byte ^ Self.mask, toByteOffset: index, as: UInt8.self)
        }
    }

    /// Whether the bytes contain any of the secrets; secrets of fewer than four bytes occur everywhere and do not count.
    func occur(in bytes: UnsafeRawBufferPointer) -> Bool {
        masked.contains { name, secret in
            guard secret.count >= 4, bytes.count >= secret.count else { return false }
            // In plain for the search alone, and wiped at once.
            return withUnsafeTemporaryAllocation(byteCount: secret.count, alignment: 1) { needle in
                guard let place = needle.baseAddress else { return false }
                unmask(name, into: place)
                defer { clinux_wipe(place, secret.count) }
                return clinux_contains(bytes.baseAddress, bytes.count, place, secret.count) != 0
            }
        }
    }

    func occur(in text: String) -> Bool { Array(text.utf8).withUnsafeBytes { occur(in: $0) } }

    /// The secrets in hexadecimal, still masked, to hand them to another process.
    var export: [String: String] {
        masked.mapValues { bytes in
            bytes.map { byte in
                String(byte, radix: 16).count == 1 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
            }
            .joined()
        }
    }

    /// What `export` wrote.
    init(exported: [String: String]) {
        masked = exported.mapValues { text in
            var bytes: [UInt8] = []
            var digits = Substring(text)
            while digits.count >= 2 {
                bytes.append(UInt8(digits.prefix(2), radix: 16) ?? 0)
                digits = digits.dropFirst(2)
            }
            return bytes
        }
    }

    /// The secrets of several devices as a sweep is handed them: `password` of the device at index 17 is `17.password`.
    static func numbered(_ all: [MaskedSecrets]) -> MaskedSecrets {
        var merged: [String: [UInt8]] = [:]
        for (index, secrets) in all.enumerated() {
            for (name, bytes) in secrets.masked { merged["\(index).\(name)"] = bytes }
        }
        return MaskedSecrets(masked: merged)
    }

    private static func masking(_ bytes: some Sequence<UInt8>) -> [UInt8] { bytes.map { $0 ^ mask } }

    /// Other values for the same names, or with one name taken out.
    func replacing(_ name: String, with value: String?) -> MaskedSecrets {
        var copy = masked
        copy[name] = value.map { Self.masking($0.utf8) }
        return MaskedSecrets(masked: copy)
    }
}
