// SPDX-License-Identifier: Apache-2.0

extension DHCPOptions {
    /// Reads one area of type-length-value options up to its end marker or its end.
    mutating func parse(
        _ area: ArraySlice<UInt8>, field: DHCPError.Field, seen: inout OptionSet256
    ) throws(DHCPError) {
        var index = area.startIndex
        while index < area.endIndex {
            let code = DHCPOptionCode(rawValue: area[index])
            index += 1
            if code == .pad { continue }
            if code == .end { return }
            guard index < area.endIndex else {
                throw DHCPError(field: .option(code), problem: .truncated(length: 0))
            }
            let length = Int(area[index])
            index += 1
            guard length <= area.endIndex - index else {
                throw DHCPError(field: .option(code), problem: .truncated(length: area.endIndex - index))
            }
            append(code, area[index..<index + length], seen: &seen)
            index += length
        }
    }

    /// Checks the length and value of every option that Ingot reads.
    func validate() throws(DHCPError) {
        for entry in entries {
            try Self.validate(entry.code, entry.data)
        }
    }

    private static func validate(_ code: DHCPOptionCode, _ data: ArraySlice<UInt8>) throws(DHCPError) {
        switch code {
        case .messageType:
            try require(data.count == 1, code, data, "1")
            guard let value = data.first, DHCPMessageType(rawValue: value) != nil else {
                throw DHCPError(field: .option(code), problem: .invalid("unknown message type \(data.first ?? 0)"))
            }
        case .overload:
            try require(data.count == 1, code, data, "1")
            guard let value = data.first, (1...3).contains(value) else {
                throw DHCPError(field: .option(code), problem: .invalid("\(data.first ?? 0) is not 1, 2 or 3"))
            }
        case .subnetMask, .requestedAddress, .serverIdentifier, .leaseTime, .renewalTime, .rebindingTime,
            .broadcastAddress:
            try require(data.count == 4, code, data, "4")
        case .router, .domainNameServer:
            try require(!data.isEmpty && data.count % 4 == 0, code, data, "a multiple of 4")
        case .maximumMessageSize:
            try require(data.count == 2, code, data, "2")
        case .clientArchitecture:
            try require(!data.isEmpty && data.count % 2 == 0, code, data, "a multiple of 2")
        case .clientInterface:
            try require(data.count == 3, code, data, "3")
        case .clientMachineIdentifier:
            try require(data.count == 17, code, data, "17")
        case .clientIdentifier:
            try require(data.count >= 2, code, data, "at least 2")
        case .parameterRequestList, .vendorClass, .userClass, .hostName:
            try require(!data.isEmpty, code, data, "at least 1")
        case .relayAgentInformation:
            try require(data.count >= 2, code, data, "at least 2")
            try validateSuboptions(code, data)
        case .ipxe:
            try validateSuboptions(code, data)
        default:
            break
        }
    }

    private static func require(
        _ holds: Bool, _ code: DHCPOptionCode, _ data: ArraySlice<UInt8>, _ expected: String
    ) throws(DHCPError) {
        guard holds else {
            throw DHCPError(field: .option(code), problem: .wrongLength(length: data.count, expected: expected))
        }
    }

    private static func validateSuboptions(_ code: DHCPOptionCode, _ data: ArraySlice<UInt8>) throws(DHCPError) {
        var reader = DHCPSuboptions(data, of: code)
        while try reader.next() != nil {}
    }
}
