// SPDX-License-Identifier: Apache-2.0

extension TFTPPacket {
    /// The most options looked at in one packet.
    static let maximumOptions = 16
    /// The longest request (RFC 2347 allows 512 octets).
    static let maximumRequestLength = 1024
    /// The largest block (RFC 2348).
    static let maximumBlockSize = 65464

    /// Reads a packet; throws a ``TFTPError`` that names the field.
    public init(parsing bytes: [UInt8]) throws(TFTPError) {
        guard bytes.count >= 2 else { throw TFTPError(field: .opcode, problem: .truncated) }
        let opcode = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        var rest = bytes[2...]
        switch opcode {
        case 1, 2:
            guard bytes.count <= Self.maximumRequestLength else {
                throw TFTPError(field: .filename, problem: .tooLong)
            }
            let filename = try Self.text(&rest, field: .filename, maximum: 255)
            guard !filename.isEmpty else { throw TFTPError(field: .filename, problem: .invalid("empty")) }
            let mode = try Self.text(&rest, field: .mode, maximum: 16).lowercased()
            guard ["octet", "netascii", "mail"].contains(mode) else {
                throw TFTPError(field: .mode, problem: .invalid("unknown mode"))
            }
            let request = TFTPRequest(filename: filename, mode: mode, options: try Self.options(rest))
            self = opcode == 1 ? .readRequest(request) : .writeRequest(request)
        case 3:
            let block = try Self.number(&rest, field: .block)
            guard rest.count <= Self.maximumBlockSize else { throw TFTPError(field: .data, problem: .tooLong) }
            self = .data(block: block, payload: rest)
        case 4:
            self = .acknowledge(block: try Self.number(&rest, field: .block))
        case 5:
            let code = try Self.number(&rest, field: .errorCode)
            // The text is for people only; peers that forget its end are understood all the same.
            let message = rest.prefix(255).prefix { $0 != 0 }.filter { (0x20...0x7E).contains($0) }
            self = .error(code: code, message: String(decoding: message, as: UTF8.self))
        case 6:
            guard bytes.count <= Self.maximumRequestLength else {
                throw TFTPError(field: .optionName, problem: .tooLong)
            }
            self = .optionAcknowledge(try Self.options(rest))
        default:
            throw TFTPError(field: .opcode, problem: .invalid("\(opcode) is not in 1...6"))
        }
    }

    /// Writes the packet.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .readRequest(let request):
            Self.append(1, to: &bytes)
            Self.append(request, to: &bytes)
        case .writeRequest(let request):
            Self.append(2, to: &bytes)
            Self.append(request, to: &bytes)
        case .data(let block, let payload):
            bytes.reserveCapacity(4 + payload.count)
            Self.append(3, to: &bytes)
            Self.append(block, to: &bytes)
            bytes += payload
        case .acknowledge(let block):
            Self.append(4, to: &bytes)
            Self.append(block, to: &bytes)
        case .error(let code, let message):
            Self.append(5, to: &bytes)
            Self.append(code, to: &bytes)
            Self.append(message, to: &bytes)
        case .optionAcknowledge(let options):
            Self.append(6, to: &bytes)
            Self.append(options, to: &bytes)
        }
        return bytes
    }

    /// An ERROR packet with one of the known codes.
    public static func error(_ code: TFTPErrorCode, _ message: String) -> TFTPPacket {
        .error(code: code.rawValue, message: message)
    }

    private static func number(
        _ rest: inout ArraySlice<UInt8>, field: TFTPError.Field
    ) throws(TFTPError) -> UInt16 {
        guard rest.count >= 2 else { throw TFTPError(field: field, problem: .truncated) }
        let value = UInt16(rest[rest.startIndex]) << 8 | UInt16(rest[rest.startIndex + 1])
        rest = rest.dropFirst(2)
        return value
    }

    /// Reads printable ASCII up to its NUL.
    private static func text(
        _ rest: inout ArraySlice<UInt8>, field: TFTPError.Field, maximum: Int
    ) throws(TFTPError) -> String {
        guard let end = rest.firstIndex(of: 0) else { throw TFTPError(field: field, problem: .truncated) }
        let octets = rest[..<end]
        guard octets.count <= maximum else { throw TFTPError(field: field, problem: .tooLong) }
        guard octets.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw TFTPError(field: field, problem: .invalid("not printable ASCII"))
        }
        rest = rest[(end + 1)...]
        return String(decoding: octets, as: UTF8.self)
    }

    private static func options(_ area: ArraySlice<UInt8>) throws(TFTPError) -> [TFTPOption] {
        var rest = area
        var options: [TFTPOption] = []
        while !rest.isEmpty {
            // Some firmware pads requests with NULs after the last option.
            if rest.allSatisfy({ $0 == 0 }) { break }
            guard options.count < maximumOptions else { throw TFTPError(field: .optionName, problem: .tooLong) }
            let name = try text(&rest, field: .optionName, maximum: 64)
            guard !name.isEmpty else { throw TFTPError(field: .optionName, problem: .invalid("empty")) }
            options.append(TFTPOption(name, try text(&rest, field: .optionValue, maximum: 64)))
        }
        return options
    }

    private static func append(_ value: UInt16, to bytes: inout [UInt8]) {
        bytes.append(UInt8(value >> 8))
        bytes.append(UInt8(value & 255))
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes += text.utf8.filter { $0 != 0 }
        bytes.append(0)
    }

    private static func append(_ request: TFTPRequest, to bytes: inout [UInt8]) {
        append(request.filename, to: &bytes)
        append(request.mode, to: &bytes)
        append(request.options, to: &bytes)
    }

    private static func append(_ options: [TFTPOption], to bytes: inout [UInt8]) {
        for option in options {
            append(option.name, to: &bytes)
            append(option.value, to: &bytes)
        }
    }
}
