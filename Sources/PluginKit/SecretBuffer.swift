// SPDX-License-Identifier: Apache-2.0
import Glibc
import PluginAPI

/// Secret bytes in memory of their own that is wiped when the value ends; it cannot be copied, printed or encoded.
public struct SecretBuffer: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer
    /// Length in bytes, without the NUL that follows them.
    public let count: Int

    /// Room for `capacity` bytes and a NUL.
    init(capacity: Int, fill: (UnsafeMutableRawBufferPointer) -> Int) {
        memory = .allocate(byteCount: capacity + 1, alignment: 1)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        count = max(0, min(capacity, fill(.init(rebasing: memory.prefix(capacity)))))
    }

    deinit {
        if let base = memory.baseAddress { explicit_bzero(base, memory.count) }
        memory.deallocate()
    }

    /// Lends the bytes, followed by a NUL, for the duration of `body`.
    public borrowing func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        let bytes = memory.assumingMemoryBound(to: CChar.self)
        guard let base = bytes.baseAddress else { return "".withCString(body) }
        return body(base)
    }

    /// Lends the bytes for the duration of `body`.
    public borrowing func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(.init(rebasing: UnsafeRawBufferPointer(memory).prefix(count)))
    }

    /// Lends the bytes followed by zeros up to `length`, at most the room there is, for the duration of `body`.
    public borrowing func withPaddedBytes<Result>(to length: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result
    {
        body(.init(rebasing: UnsafeRawBufferPointer(memory).prefix(max(length, count))))
    }
}

extension Call {
    /// The longest secret a plugin may ask for, in bytes.
    public static var secretLimit: Int { 4096 }

    /// Asks the host for the secret of a configuration member, or nil when the host has none by that name.
    ///
    /// Throws `internal` when the secret is longer than `secretLimit`.
    public func secret(_ name: String) throws(PluginError) -> SecretBuffer? {
        guard let secret = function(\.secret) else { return nil }
        var status: ingot_status = INGOT_OK
        var length = 0
        let buffer = SecretBuffer(capacity: Self.secretLimit) { room in
            status = name.withCString { name in
                secret(raw, name, room.baseAddress?.assumingMemoryBound(to: CChar.self), room.count, &length)
            }
            return status == INGOT_OK ? length : 0
        }
        guard status == INGOT_OK else { return nil }
        guard length <= Self.secretLimit else {
            throw PluginError(.internal, "the secret '\(name)' is longer than \(Self.secretLimit) bytes")
        }
        return buffer
    }
}
