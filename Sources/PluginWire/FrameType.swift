// SPDX-License-Identifier: Apache-2.0

/// What a frame between host and worker says.
public enum FrameType: UInt16, Sendable, CaseIterable {
    /// Host: load this library. Worker: the plugin's descriptor, or why it cannot be loaded.
    case hello = 1
    /// Host: call one function of the plugin. A long argument continues in further frames of the same call.
    case call = 2
    /// Host: stop a call as soon as you can.
    case cancel = 3
    /// Worker: one named result of a call, or a piece of one.
    case emit = 4
    /// Worker: how far a call is.
    case progress = 5
    /// Worker: one line for the log, from no call in particular.
    case log = 6
    /// Worker: bytes are about to leave for, or came from, the device.
    case wire = 7
    /// Worker: the outcome of a call; the last frame of that call.
    case result = 8
    /// Host: close every device, stop the plugin and end.
    case goodbye = 9
}

/// Marks of a frame.
public struct FrameFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The long field of this frame (argument or data) goes on in the next frame of this type and call.
    public static let more = FrameFlags(rawValue: 1)
    /// A file descriptor travels with this frame.
    public static let descriptor = FrameFlags(rawValue: 2)
}
