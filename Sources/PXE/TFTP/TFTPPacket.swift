// SPDX-License-Identifier: Apache-2.0

/// One TFTP packet (RFC 1350 section 5, RFC 2347).
public enum TFTPPacket: Hashable, Sendable {
    /// RRQ: asks to read a file.
    case readRequest(TFTPRequest)
    /// WRQ: asks to write a file.
    case writeRequest(TFTPRequest)
    /// DATA: a block, 1 being the first.
    case data(block: UInt16, payload: ArraySlice<UInt8>)
    /// ACK: blocks up to this one arrived.
    case acknowledge(block: UInt16)
    /// ERROR: the transfer is over. The code may be one that RFC 1350 does not list.
    case error(code: UInt16, message: String)
    /// OACK: the options that the server takes.
    case optionAcknowledge([TFTPOption])
}

/// A read or write request.
public struct TFTPRequest: Hashable, Sendable {
    /// The file name, at most 255 octets.
    public var filename: String
    /// The mode, in lower case: `octet`, `netascii` or `mail`.
    public var mode: String
    /// The options in the order sent.
    public var options: [TFTPOption]

    /// Makes a request.
    public init(filename: String, mode: String = "octet", options: [TFTPOption] = []) {
        self.filename = filename
        self.mode = mode
        self.options = options
    }
}

/// One negotiated option; names are kept in lower case.
public struct TFTPOption: Hashable, Sendable {
    /// The name, for example `blksize`.
    public var name: String
    /// The value as text.
    public var value: String

    /// Makes an option.
    public init(_ name: String, _ value: String) {
        self.name = name.lowercased()
        self.value = value
    }
}
