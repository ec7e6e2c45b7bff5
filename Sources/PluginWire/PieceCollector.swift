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
    }

    private let tag: FieldTag
    private let limit: Int
    private var open: [UInt64: Whole] = [:]

    /// - Parameters:
    ///   - tag: the field that may be long.
    ///   - limit: most bytes of one value.
    public init(tag: FieldTag, limit: Int) {
        self.tag = tag
        self.limit = limit
    }

    /// Takes a frame; answers the whole value when this frame ends it.
    /// - Throws: `FrameError.accumulated` when the value grows over the limit; it is dropped then.
    public mutating func take(_ frame: Frame) throws(FrameError) -> Whole? {
        let piece = frame.bytes(tag) ?? []
        let begun = open[frame.call]?.value.count ?? 0
        guard piece.count <= limit - begun else {
            open[frame.call] = nil
            throw .accumulated(limit: limit)
        }
        guard open[frame.call] != nil || frame.flags.contains(.more) else {
            return Whole(first: frame, value: Array(piece))
        }
        if open[frame.call] == nil { open[frame.call] = Whole(first: frame, value: []) }
        open[frame.call]?.value.append(contentsOf: piece)
        return frame.flags.contains(.more) ? nil : open.removeValue(forKey: frame.call)
    }

    /// Forgets what was begun for a call.
    public mutating func drop(call: UInt64) { open[call] = nil }
}
