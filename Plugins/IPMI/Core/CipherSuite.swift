// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// Cipher suites by id (IPMI 2.0, table 22-20).
enum CipherSuite {
    /// Those with integrity and AES confidentiality that libfreeipmi speaks. 0 to 2 send commands in the clear or let
    /// anybody in; they are not offered at all.
    static let usable: [UInt8] = [3, 8, 12, 17]

    /// The configured ids in order. Throws `invalid` naming the element.
    static func check(_ ids: [Int]) throws(PluginError) -> [UInt8] {
        guard !ids.isEmpty else { throw .invalid(field: "cipher_suites", "is empty") }
        var checked: [UInt8] = []
        for (index, id) in ids.enumerated() {
            guard let suite = UInt8(exactly: id), usable.contains(suite) else {
                let reason =
                    (0...2).contains(id)
                    ? "is \(id), which has no authentication or no encryption"
                    : "is \(id), which is not 3, 8, 12 or 17"
                throw .invalid(field: "cipher_suites[\(index)]", reason)
            }
            checked.append(suite)
        }
        return checked
    }

    /// The ids in the records of Get Channel Cipher Suites (IPMI 2.0, table 22-19); OEM suites and broken ends are skipped.
    static func ids(inRecords bytes: [UInt8]) -> [UInt8] {
        var ids: [UInt8] = []
        var index = 0
        while index + 1 < bytes.count {
            switch bytes[index] {
            case 0xc0:
                ids.append(bytes[index + 1])
                index += 2
            case 0xc1: index += 5
            default: index += 1
            }
            while index < bytes.count, bytes[index] & 0xc0 != 0xc0 { index += 1 }
        }
        return ids
    }
}
