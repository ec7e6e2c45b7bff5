// SPDX-License-Identifier: Apache-2.0

extension DHCPPacket {
    /// Octets before the options, the magic cookie included.
    static let headerLength = 240
    /// The largest message that is looked at; real ones stay below an Ethernet frame.
    public static let maximumLength = 4096

    /// Reads a message and checks every field and option that Ingot uses.
    ///
    /// Throws a ``DHCPError`` that names the field.
    public init(parsing bytes: [UInt8]) throws(DHCPError) {
        guard bytes.count >= Self.headerLength else {
            throw DHCPError(field: .packet, problem: .truncated(length: bytes.count))
        }
        guard bytes.count <= Self.maximumLength else {
            throw DHCPError(
                field: .packet, problem: .tooLong(length: bytes.count, maximum: Self.maximumLength))
        }
        guard let operation = Operation(rawValue: bytes[0]) else {
            throw DHCPError(field: .op, problem: .invalid("\(bytes[0]) is neither 1 nor 2"))
        }
        guard bytes[1] == 1, bytes[2] == 6 else {
            throw DHCPError(
                field: .hardwareType, problem: .invalid("type \(bytes[1]), length \(bytes[2]); only Ethernet (1, 6)"))
        }
        guard bytes[236] == 99, bytes[237] == 130, bytes[238] == 83, bytes[239] == 99 else {
            throw DHCPError(field: .magicCookie, problem: .invalid("not 99.130.83.99"))
        }
        guard let hardware = MACAddress(octets: bytes[28..<34]), hardware.value != 0, !hardware.isGroup else {
            throw DHCPError(field: .chaddr, problem: .invalid("not the address of one Ethernet interface"))
        }
        self.init(operation: operation, transaction: Self.word(bytes, 4), clientHardware: hardware)
        hops = bytes[3]
        seconds = UInt16(bytes[8]) << 8 | UInt16(bytes[9])
        flags = UInt16(bytes[10]) << 8 | UInt16(bytes[11])
        clientAddress = IPv4Address(value: Self.word(bytes, 12))
        yourAddress = IPv4Address(value: Self.word(bytes, 16))
        nextServer = IPv4Address(value: Self.word(bytes, 20))
        relayAddress = IPv4Address(value: Self.word(bytes, 24))
        try parseOptions(bytes)
    }

    /// Options first, then the areas that option 52 adds: `file` before `sname` (RFC 3396 section 5).
    private mutating func parseOptions(_ bytes: [UInt8]) throws(DHCPError) {
        let sname = bytes[44..<108]
        let file = bytes[108..<236]
        var seen = OptionSet256()
        try options.parse(bytes[Self.headerLength...], field: .options, seen: &seen)
        let overload = options[.overload]
        if let overload, overload.count != 1 || !(1...3).contains(overload.first ?? 0) {
            try options.validate()
        }
        let areas = overload?.first ?? 0
        if areas & 1 != 0 {
            try options.parse(file, field: .file, seen: &seen)
        } else {
            bootFile = DHCPText.decode(file) ?? ""
        }
        if areas & 2 != 0 {
            try options.parse(sname, field: .sname, seen: &seen)
        } else {
            serverName = DHCPText.decode(sname) ?? ""
        }
        try options.validate()
        options[.overload] = nil
        guard options.contains(.messageType) else {
            throw DHCPError(field: .option(.messageType), problem: .missing)
        }
    }

    private static func word(_ bytes: [UInt8], _ index: Int) -> UInt32 {
        UInt32(bytes[index]) << 24 | UInt32(bytes[index + 1]) << 16 | UInt32(bytes[index + 2]) << 8
            | UInt32(bytes[index + 3])
    }
}
