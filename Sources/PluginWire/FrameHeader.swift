// SPDX-License-Identifier: Apache-2.0

/// The first 24 bytes of a frame, little-endian: mark (4), version (2), type (2), flags (4), body length (4), call (8).
public struct FrameHeader: Equatable, Sendable {
    /// "INGT" as it stands in memory.
    static let magic: UInt32 = 0x5447_4E49
    /// Host and worker ship together, so there is one version only.
    public static let version: UInt16 = 1
    /// Bytes of a header.
    public static let size = 24

    public var type: FrameType
    public var flags: FrameFlags
    /// Number of the call the frame belongs to; 0 for none.
    public var call: UInt64
    /// Bytes that follow the header.
    public var length: UInt32

    public init(type: FrameType, flags: FrameFlags = [], call: UInt64 = 0, length: UInt32 = 0) {
        self.type = type
        self.flags = flags
        self.call = call
        self.length = length
    }

    /// Reads a header from the front of a message and checks it against the message's length.
    public init(_ bytes: [UInt8]) throws(FrameError) {
        guard bytes.count >= Self.size else { throw .short(count: bytes.count) }
        guard bytes.count <= Frame.maximumSize else { throw .tooLong(count: bytes.count) }
        let magic = UInt32(littleEndianBytes: bytes[0..<4])
        guard magic == Self.magic else { throw .magic(magic) }
        let version = UInt16(littleEndianBytes: bytes[4..<6])
        guard version == Self.version else { throw .version(version) }
        let rawType = UInt16(littleEndianBytes: bytes[6..<8])
        guard let type = FrameType(rawValue: rawType) else { throw .type(rawType) }
        self.type = type
        flags = FrameFlags(rawValue: UInt32(littleEndianBytes: bytes[8..<12]))
        length = UInt32(littleEndianBytes: bytes[12..<16])
        call = UInt64(littleEndianBytes: bytes[16..<24])
        let actual = bytes.count - Self.size
        guard Int(length) == actual else { throw .length(declared: length, actual: actual) }
    }

    /// Appends the header's 24 bytes.
    func write(to bytes: inout [UInt8]) {
        Self.magic.appendLittleEndian(to: &bytes)
        Self.version.appendLittleEndian(to: &bytes)
        type.rawValue.appendLittleEndian(to: &bytes)
        flags.rawValue.appendLittleEndian(to: &bytes)
        length.appendLittleEndian(to: &bytes)
        call.appendLittleEndian(to: &bytes)
    }
}
