// SPDX-License-Identifier: Apache-2.0
internal import PluginWorker

/// Bytes that are never printed, encoded or compared, and overwritten when the last copy goes.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let storage: SecretBytes

    public init(_ text: String) { storage = SecretBytes(text.utf8) }

    public init(bytes: [UInt8]) { storage = SecretBytes(bytes) }

    /// Lends the bytes to the one place that needs them. Do not keep the pointer.
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try storage.withBytes(body)
    }

    public var description: String { "<secret>" }
    public var debugDescription: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
