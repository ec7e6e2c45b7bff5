// SPDX-License-Identifier: Apache-2.0

/// Writes one frame field by field.
public struct FrameEncoder: Sendable {
    private var header: FrameHeader
    private var bytes: [UInt8]

    /// Begins a frame.
    public init(_ type: FrameType, flags: FrameFlags = [], call: UInt64 = 0, capacity: Int = 256) {
        header = FrameHeader(type: type, flags: flags, call: call)
        bytes = []
        bytes.reserveCapacity(capacity)
        header.write(to: &bytes)
    }

    /// Bytes another field's value may have in this frame.
    public var room: Int { max(0, Frame.maximumSize - bytes.count - 4) }

    /// Appends bytes.
    /// - Throws: `FrameError.tooLong` when the field does not fit the frame.
    public mutating func append(_ tag: FieldTag, _ value: some Collection<UInt8>) throws(FrameError) {
        let count = value.count
        guard count <= room, count <= Int(UInt16.max) else { throw .tooLong(count: bytes.count &+ 4 &+ count) }
        tag.rawValue.appendLittleEndian(to: &bytes)
        UInt16(count).appendLittleEndian(to: &bytes)
        bytes.append(contentsOf: value)
    }

    /// Appends text, shortened at a character's boundary to at most `limit` bytes and to what fits.
    public mutating func append(_ tag: FieldTag, text: String, limit: Int = 4096) throws(FrameError) {
        let limit = min(limit, room)
        let utf8 = Array(text.utf8)
        guard utf8.count > limit else { return try append(tag, utf8) }
        var end = max(0, limit)
        while end > 0, utf8[end] & 0xC0 == 0x80 { end -= 1 }
        try append(tag, utf8[..<end])
    }

    /// Appends a number in four bytes.
    public mutating func append(_ tag: FieldTag, _ value: UInt32) throws(FrameError) {
        try append(tag, number: value)
    }

    /// Appends a signed number in four bytes.
    public mutating func append(_ tag: FieldTag, _ value: Int32) throws(FrameError) {
        try append(tag, UInt32(bitPattern: value))
    }

    /// Appends a number in eight bytes.
    public mutating func append(_ tag: FieldTag, _ value: UInt64) throws(FrameError) {
        try append(tag, number: value)
    }

    private mutating func append(
        _ tag: FieldTag, number: some FixedWidthInteger & UnsignedInteger
    ) throws(FrameError) {
        let count = number.bitWidth / 8
        guard count <= room else { throw .tooLong(count: bytes.count &+ 4 &+ count) }
        tag.rawValue.appendLittleEndian(to: &bytes)
        UInt16(count).appendLittleEndian(to: &bytes)
        number.appendLittleEndian(to: &bytes)
    }

    /// Changes the marks of the frame.
    public mutating func mark(_ flags: FrameFlags) {
        header.flags = flags
        for index in 0..<4 { bytes[8 + index] = UInt8(truncatingIfNeeded: flags.rawValue >> (8 * UInt32(index))) }
    }

    /// The finished frame.
    public mutating func finish() -> [UInt8] {
        let length = UInt32(truncatingIfNeeded: bytes.count - FrameHeader.size)
        for index in 0..<4 { bytes[12 + index] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(index))) }
        return bytes
    }

    /// Cuts a long value into pieces that fit one frame each. The last piece may be empty; there is always one.
    public static func pieces(of value: [UInt8]) -> [ArraySlice<UInt8>] {
        guard !value.isEmpty else { return [value[...]] }
        return stride(from: 0, to: value.count, by: Frame.maximumPiece).map {
            value[$0..<min(value.count, $0 + Frame.maximumPiece)]
        }
    }
}
