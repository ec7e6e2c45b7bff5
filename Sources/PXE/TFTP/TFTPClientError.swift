// SPDX-License-Identifier: Apache-2.0

/// Why a file could not be read by TFTP.
public enum TFTPClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The server sent an ERROR packet.
    case refused(code: UInt16, message: String)
    /// The server fell silent.
    case timedOut(blocks: UInt64)
    /// The server broke the protocol.
    case protocolViolation(String)
    /// The file is larger than the caller allows.
    case tooLarge(limit: Int)
    /// The socket failed.
    case system(String)

    /// One line for people.
    public var description: String {
        switch self {
        case .refused(let code, let message): "the TFTP server refused: error \(code) \(message)"
        case .timedOut(let blocks): "the TFTP server fell silent after \(blocks) blocks"
        case .protocolViolation(let reason): "the TFTP server broke the protocol: \(reason)"
        case .tooLarge(let limit): "the file is larger than \(limit) octets"
        case .system(let reason): "TFTP socket: \(reason)"
        }
    }
}
