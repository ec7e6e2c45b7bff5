// SPDX-License-Identifier: Apache-2.0
import Glibc
import PluginKit

/// A JSON object with a password in it, in memory of its own that is wiped when nobody needs it any more.
final class SecretBody {
    private let memory: UnsafeMutableRawBufferPointer
    private var count = 0
    /// The body as the trace may have it.
    let shown: JSON

    /// The members of `open`, of which there is one at least, and `Password`.
    init(_ open: [String: JSON], password: borrowing SecretBuffer) {
        shown = .object(open.merging(["Password": "***"]) { $1 })
        let head = Array("\(JSON.object(open).encoded.dropLast()),\"Password\":\"".utf8)
        // A byte of the password takes six at most.
        memory = .allocate(byteCount: head.count + password.count * 6 + 2, alignment: 1)
        append(head)
        password.withBytes { bytes in
            for byte in bytes {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): append([UInt8(ascii: "\\"), byte])
                case 0..<0x20: append(Array("\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8))
                default: append(CollectionOfOne(byte))
                }
            }
        }
        append(Array("\"}".utf8))
    }

    deinit {
        if let base = memory.baseAddress { explicit_bzero(base, memory.count) }
        memory.deallocate()
    }

    private func append(_ bytes: some Collection<UInt8>) {
        for byte in bytes where count < memory.count {
            memory[count] = byte
            count += 1
        }
    }

    /// Lends the bytes for the duration of `body`.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }
}
