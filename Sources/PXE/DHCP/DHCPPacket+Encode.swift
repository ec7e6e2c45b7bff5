// SPDX-License-Identifier: Apache-2.0

extension DHCPPacket {
    /// The smallest message sent: some relays and clients drop shorter ones (RFC 1542 section 2.1).
    static let minimumLength = 300

    /// Writes the message: message type first, relay agent information last, long options split (RFC 3396).
    ///
    /// Throws a ``DHCPError`` when a text does not fit its field or the message is longer than `maximumLength` octets.
    public func encoded(maximumLength: Int = DHCPPacket.maximumLength) throws(DHCPError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerLength + 260)
        bytes += [operation.rawValue, 1, 6, hops]
        Self.append(transaction, to: &bytes)
        bytes += [UInt8(seconds >> 8), UInt8(seconds & 255), UInt8(flags >> 8), UInt8(flags & 255)]
        for address in [clientAddress, yourAddress, nextServer, relayAddress] {
            Self.append(address.value, to: &bytes)
        }
        bytes += clientHardware.octets
        bytes += [UInt8](repeating: 0, count: 10)
        try Self.append(serverName, field: .sname, size: 64, to: &bytes)
        try Self.append(bootFile, field: .file, size: 128, to: &bytes)
        bytes += [99, 130, 83, 99]
        if let type = options[.messageType] {
            Self.append(.messageType, type, to: &bytes)
        }
        for entry in options.entries where entry.code != .messageType && entry.code != .relayAgentInformation {
            guard entry.code != .pad, entry.code != .end else {
                throw DHCPError(field: .option(entry.code), problem: .invalid("has no data"))
            }
            Self.append(entry.code, entry.data, to: &bytes)
        }
        if let relay = options[.relayAgentInformation] {
            Self.append(.relayAgentInformation, relay, to: &bytes)
        }
        bytes.append(DHCPOptionCode.end.rawValue)
        guard bytes.count <= maximumLength else {
            throw DHCPError(field: .packet, problem: .tooLong(length: bytes.count, maximum: maximumLength))
        }
        if bytes.count < Self.minimumLength {
            bytes += [UInt8](repeating: 0, count: Self.minimumLength - bytes.count)
        }
        return bytes
    }

    private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    private static func append(
        _ text: String, field: DHCPError.Field, size: Int, to bytes: inout [UInt8]
    ) throws(DHCPError) {
        let octets = text.utf8
        guard octets.count < size else {
            throw DHCPError(field: field, problem: .tooLong(length: octets.count, maximum: size - 1))
        }
        bytes += octets
        bytes += repeatElement(0, count: size - octets.count)
    }

    private static func append(_ code: DHCPOptionCode, _ data: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        var rest = data
        repeat {
            let part = rest.prefix(255)
            bytes.append(code.rawValue)
            bytes.append(UInt8(part.count))
            bytes += part
            rest = rest.dropFirst(part.count)
        } while !rest.isEmpty
    }
}
