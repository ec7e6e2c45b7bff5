// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc

/// One end of the socket between host and worker. Each message is whole, so any thread may send.
package final class FrameChannel: Sendable {
    package let descriptor: Int32

    /// What receiving gave.
    package enum Received {
        /// A message, and the descriptor that came with it (the receiver closes it).
        case message([UInt8], descriptor: Int32?)
        /// Nothing there now.
        case nothing
        /// The other end is gone.
        case end
        /// The message was longer than a frame can be.
        case tooLong
    }

    /// Takes ownership of a connected socket.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Sends one frame.
    /// - Parameters:
    ///   - passing: a descriptor to send along; it stays the caller's.
    ///   - nonblocking: fail with EAGAIN when the socket is full.
    /// - Returns: 0, or the error number.
    package func send(_ frame: [UInt8], passing: Int32 = -1, nonblocking: Bool = false) -> Int32 {
        let sent = frame.withUnsafeBytes {
            clinux_send_message(descriptor, $0.baseAddress, $0.count, passing, nonblocking ? 1 : 0)
        }
        return sent < 0 ? Int32(truncatingIfNeeded: -sent) : 0
    }

    /// Receives one message without waiting.
    /// - Parameter buffer: room for a frame, reused over calls.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Received {
        var passed: Int32 = -1
        let got = clinux_receive_message(descriptor, buffer.baseAddress, buffer.count, &passed, 1)
        if got == -Int(EAGAIN) { return .nothing }
        if got == -Int(EMSGSIZE) { return .tooLong }
        guard got > 0 else { return .end }
        return .message(Array(buffer.prefix(got)), descriptor: passed >= 0 ? passed : nil)
    }

    /// Ends the conversation for both sides; the descriptor itself is closed when nobody uses the channel any more.
    package func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
