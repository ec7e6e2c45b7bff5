// SPDX-License-Identifier: Apache-2.0

/// Puts a long field together again from the frames it was cut into.
///
/// The first frame brings the short fields; each frame but the last has `FrameFlags.more`. One collector serves all
/// calls of one frame type, and bounds the bytes of each value.
public struct PieceCollector: Sendable {
    /// A value that is complete, with the frame that began it.
    public struct Whole: Sendable {
        public var first: Frame
        public var value: [UInt8]
        /// Further frames that brought the tag to keep.
        public var others: [Frame] = []
    }

    /// A megabyte of short fields.
    private static let maximumOthers = 16

    private let tag: FieldTag
    private let kept: FieldTag?
    private let limit: Int
    private var open: [UInt64: Whole] = [:]

    /// - Parameters:
    ///   - tag: the field that may be long.
    ///   - kept: a field that may be in later frames too; those frames are kept.
    ///   - limit: most bytes of one value.
    public init(tag: FieldTag, keeping kept: FieldTag? = nil, limit: Int) {
        self.tag = tag
        self.kept = kept
        self.limit = limit
    }

    /// Takes a frame; answers the whole value when this frame ends it.
    /// - Throws: `FrameError.accumulated` when the value grows over the limit; it is dropped then.
    public mutating func take(_ frame: Frame) throws(FrameError) -> Whole? {
        let piece = frame.bytes(tag)
        let begun = open.removeValue(forKey: frame.call)
        var whole = begun ?? Whole(first: frame, value: [])
        if begun != nil, let kept, frame.bytes(kept) != nil { whole.others.append(frame) }
        guard (piece?.count ?? 0) <= limit - whole.value.count, whole.others.count <= Self.maximumOthers else {
            throw .accumulated(limit: limit)
        }
        whole.value.append(contentsOf: piece ?? [])
        guard frame.flags.contains(.more) else { return whole }
        open[frame.call] = whole
        return nil
    }

    /// Forgets what was begun for a call.
    public mutating func drop(call: UInt64) { open[call] = nil }
}
