// SPDX-License-Identifier: Apache-2.0

/// What both ends of a transfer agreed on.
public struct TFTPParameters: Hashable, Sendable {
    /// Octets in a full block (RFC 2348), 512 without an option.
    public var blockSize: Int
    /// Blocks sent before an acknowledgement is due (RFC 7440), 1 without an option.
    public var windowSize: Int
    /// Seconds until a retransmission (RFC 2349); nil leaves it to the sender.
    public var timeoutSeconds: Int?
    /// The file's size in octets (RFC 2349), when it was asked for.
    public var transferSize: Int64?

    /// Makes parameters.
    public init(blockSize: Int = 512, windowSize: Int = 1, timeoutSeconds: Int? = nil, transferSize: Int64? = nil) {
        self.blockSize = blockSize
        self.windowSize = windowSize
        self.timeoutSeconds = timeoutSeconds
        self.transferSize = transferSize
    }
}
