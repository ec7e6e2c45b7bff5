// SPDX-License-Identifier: Apache-2.0
public import PluginAPI

/// Bytes on the host's side: one blob, or the files of an OS image. Lent for one call, like the call itself.
public struct ImageSource: ~Copyable {
    private let raw: UnsafePointer<ingot_source>?

    /// Wraps the host's source, which must stay valid as long as this value; null stands for no image.
    public init(_ raw: UnsafePointer<ingot_source>?) {
        self.raw = raw
    }

    /// Size of the blob in bytes; 0 without an image.
    public var size: UInt64 { raw?.pointee.size ?? 0 }

    /// Up to `count` bytes from `offset`, fewer only at the end; `path` names a file of the image, nil the blob.
    ///
    /// Throws `state` when there is no such file or no image.
    public func read(_ path: String? = nil, at offset: UInt64, count: Int) throws(PluginError) -> [UInt8] {
        guard let raw else { throw PluginError(.state, "there is no image") }
        guard let read = present(raw, size: raw.pointee.struct_size, \.read) else {
            throw PluginError(.internal, "the host's source cannot be read")
        }
        var status: ingot_status = INGOT_OK
        let bytes = [UInt8](unsafeUninitializedCapacity: max(count, 0)) { room, filled in
            while filled < room.count {
                var got = 0
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[filled...])
                status = path.withOptionalCString { path in
                    read(raw, path, offset &+ UInt64(filled), rest.baseAddress, rest.count, &got)
                }
                guard status == INGOT_OK, got > 0 else { break }
                filled += min(got, rest.count)
            }
        }
        if let error = PluginError(hostStatus: status, doing: "reading \(path ?? "the image")") { throw error }
        return bytes
    }
}
