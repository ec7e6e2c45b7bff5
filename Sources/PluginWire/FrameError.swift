// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not a frame, or a frame cannot be made.
public enum FrameError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Fewer bytes than a header has.
    case short(count: Int)
    /// The first four bytes are not the mark of a frame.
    case magic(UInt32)
    /// Another protocol version.
    case version(UInt16)
    /// A frame type that does not exist.
    case type(UInt16)
    /// The header's length disagrees with the bytes that came.
    case length(declared: UInt32, actual: Int)
    /// Longer than `Frame.maximumSize`.
    case tooLong(count: Int)
    /// A field's length runs over the end of the body, or a stub of a field remains; at this offset.
    case field(offset: Int)
    /// A long field's pieces add up to more than the receiver takes.
    case accumulated(limit: Int)

    public var description: String {
        switch self {
        case .short(let count): "frame of \(count) bytes is shorter than its header"
        case .magic(let value): "frame begins with \(value), not with the mark of a frame"
        case .version(let value): "frame has protocol version \(value), not \(FrameHeader.version)"
        case .type(let value): "frame type \(value) does not exist"
        case .length(let declared, let actual): "frame says \(declared) bytes of body and has \(actual)"
        case .tooLong(let count): "frame of \(count) bytes is longer than \(Frame.maximumSize)"
        case .field(let offset): "field at byte \(offset) of the body runs over its end"
        case .accumulated(let limit): "the pieces of a field add up to more than \(limit) bytes"
        }
    }
}
