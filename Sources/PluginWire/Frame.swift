// SPDX-License-Identifier: Apache-2.0

/// One received message: a header and flat fields, each a tag (2 bytes), a length (2 bytes) and a value.
///
/// Decoding checks every length; nothing in foreign bytes can trap. Values are read on demand and never parsed further.
public struct Frame: Sendable {
    /// Bytes of the longest frame, header included. A SEQPACKET message must fit the socket's send buffer.
    public static let maximumSize = 65_536
    /// Bytes of one field's value that fit a frame beside a few short fields.
    public static let maximumPiece = 60_000

    public let header: FrameHeader
    /// Where each field's value lies, in order of appearance.
    private let fields: [(tag: FieldTag, range: Range<Int>)]
    private var storage: [UInt8]

    public var type: FrameType { header.type }
    public var call: UInt64 { header.call }
    public var flags: FrameFlags { header.flags }

    /// Decodes a whole message.
    /// - Throws: `FrameError` that says which part is wrong.
    public init(decoding bytes: [UInt8]) throws(FrameError) {
        header = try FrameHeader(bytes)
        var fields: [(tag: FieldTag, range: Range<Int>)] = []
        var at = FrameHeader.size
        while at < bytes.count {
            guard bytes.count - at >= 4 else { throw .field(offset: at - FrameHeader.size) }
            let tag = FieldTag(rawValue: UInt16(littleEndianBytes: bytes[at..<at + 2]))
            let length = Int(UInt16(littleEndianBytes: bytes[at + 2..<at + 4]))
            guard bytes.count - at - 4 >= length else { throw .field(offset: at - FrameHeader.size) }
            fields.append((tag, at + 4..<at + 4 + length))
            at += 4 + length
        }
        self.fields = fields
        storage = bytes
    }

    /// The bytes of the first field with this tag.
    public func bytes(_ tag: FieldTag) -> ArraySlice<UInt8>? {
        for field in fields where field.tag == tag { return storage[field.range] }
        return nil
    }

    /// The text of the first field with this tag; bytes that are no UTF-8 become U+FFFD.
    public func text(_ tag: FieldTag) -> String? {
        bytes(tag).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The texts of all fields with this tag, in order.
    public func texts(_ tag: FieldTag) -> [String] {
        fields.compactMap { $0.tag == tag ? String(decoding: storage[$0.range], as: UTF8.self) : nil }
    }

    /// The first field with this tag as a number; nil unless it has exactly four bytes.
    public func uint32(_ tag: FieldTag) -> UInt32? {
        guard let bytes = bytes(tag), bytes.count == 4 else { return nil }
        return UInt32(littleEndianBytes: bytes)
    }

    /// The first field with this tag as a signed number; nil unless it has exactly four bytes.
    public func int32(_ tag: FieldTag) -> Int32? {
        uint32(tag).map { Int32(bitPattern: $0) }
    }

    /// The first field with this tag as a number; nil unless it has exactly eight bytes.
    public func uint64(_ tag: FieldTag) -> UInt64? {
        guard let bytes = bytes(tag), bytes.count == 8 else { return nil }
        return UInt64(littleEndianBytes: bytes)
    }

    /// Goes over every pair of a field tagged `first` and a field tagged `second` right behind it.
    public func pairs(_ first: FieldTag, _ second: FieldTag, _ body: (ArraySlice<UInt8>, ArraySlice<UInt8>) -> Void) {
        for (left, right) in zip(fields, fields.dropFirst()) where left.tag == first && right.tag == second {
            body(storage[left.range], storage[right.range])
        }
    }

    /// Overwrites the frame's bytes with zeroes, for frames that carried secrets.
    public mutating func wipe() {
        for index in storage.indices { storage[index] = 0 }
    }
}
