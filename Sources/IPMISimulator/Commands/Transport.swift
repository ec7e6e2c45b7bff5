// SPDX-License-Identifier: Apache-2.0
import BMCModel

extension CommandTable {
    /// Configuration of the LAN (IPMI 2.0 section 23) and of serial-over-LAN (section 26).
    static let transport: [UInt8: Command] = [
        0x01: Command(.administrator, changes: true) { bmc, data, _ throws(CompletionCode) in
            guard BMCCore.isLAN(try data.byte() & 0x0F) else { throw .invalidField }
            let parameter = try data.byte()
            guard let now = bmc.lanParameter(parameter, set: 0) else { throw .specific(0x80) }
            guard ![1, 17, 22, 23, 50, 55].contains(parameter) else { throw .specific(0x82) }
            let value = try data.bytes(now.count)
            if parameter == 0, value == [1], now == [1] { throw .specific(0x81) }
            bmc.lanParameters[parameter] = parameter == 0 && value == [2] ? [0] : value
            return []
        },
        0x02: Command(.operator) { bmc, data, _ throws(CompletionCode) in
            let channel = try data.byte()
            guard BMCCore.isLAN(channel & 0x0F) else { throw .invalidField }
            if channel & 0x80 != 0 { return [0x11] }
            let parameter = try data.byte()
            let set = data.remaining > 0 ? try data.byte() : 0
            guard let value = bmc.lanParameter(parameter, set: set) else { throw .specific(0x80) }
            return [0x11] + value
        },
        0x21: Command(.administrator, changes: true) { bmc, data, _ throws(CompletionCode) in
            guard BMCCore.isLAN(try data.byte() & 0x0F) else { throw .invalidField }
            let parameter = try data.byte()
            guard let now = bmc.solParameter(parameter) else { throw .specific(0x80) }
            guard parameter < 7 else { throw .specific(0x82) }
            let value = try data.bytes(now.count)
            if parameter == 0, value == [1], now == [1] { throw .specific(0x81) }
            bmc.solParameters[parameter] = parameter == 0 && value == [2] ? [0] : value
            return []
        },
        0x22: Command(.user) { bmc, data, _ throws(CompletionCode) in
            let channel = try data.byte()
            guard BMCCore.isLAN(channel & 0x0F) else { throw .invalidField }
            if channel & 0x80 != 0 { return [0x11] }
            guard let value = bmc.solParameter(try data.byte()) else { throw .specific(0x80) }
            return [0x11] + value
        },
    ]
}

extension BMCCore {
    /// A LAN configuration parameter (table 23-4); nil when it is not there.
    func lanParameter(_ parameter: UInt8, set: UInt8) -> [UInt8]? {
        if let value = lanParameters[parameter] { return value }
        switch parameter {
        case 0: return [0]
        case 1: return [0x00]
        case 2: return [0, 0, 0, 0, 0]
        case 3: return configuration.host.ipv4 ?? [127, 0, 0, 1]
        case 4: return [0x01]
        case 5:
            return chassis.chassis.snapshot.hardware.networkInterfaces.first.map { bmcMAC(beside: $0.mac) }
                ?? bmcMAC(beside: [])
        case 6: return [255, 0, 0, 0]
        case 7: return [0x40, 0x40, 0x10]
        case 8: return port.wire
        case 9: return [0x98, 0x02]
        case 10: return [0x02]
        case 11: return [0x00]
        case 12, 14: return [0, 0, 0, 0]
        case 13, 15: return [0, 0, 0, 0, 0, 0]
        case 16: return Array("public".utf8).padded(to: 18)
        case 17: return [0]
        case 20: return [0, 0]
        case 21: return [0]
        case 22: return [UInt8(configuration.cipherSuites.count)]
        case 23: return ([0] + configuration.cipherSuites.sorted()).padded(to: 17)
        // Each suite of parameter 23 may be used up to administrator, two in a byte.
        case 24:
            return [0]
                + (0..<8).map { index in
                    UInt8(configuration.cipherSuites.count > 2 * index ? 0x04 : 0)
                        | UInt8(configuration.cipherSuites.count > 2 * index + 1 ? 0x40 : 0)
                }
        case 26: return [0, 0, 0, 0, 0, 0]
        // IPv6: not supported, not enabled, no addresses.
        case 50, 51: return [0]
        case 55: return [0, 0, 0]
        default: return nil
        }
    }

    /// A serial-over-LAN configuration parameter (table 26-5); nil when it is not there.
    func solParameter(_ parameter: UInt8) -> [UInt8]? {
        if let value = solParameters[parameter] { return value }
        switch parameter {
        case 0: return [0]
        case 1: return [1]
        // Encryption and authentication may be left out; the user privilege is enough.
        case 2: return [0x02]
        // 50 ms, 100 characters.
        case 3: return [10, 100]
        // Seven tries, 100 ms apart.
        case 4: return [7, 10]
        // 115,200 bit/s.
        case 5, 6: return [0x0A]
        case 7: return [Self.lanChannel]
        case 8: return port.wire
        default: return nil
        }
    }

    private func bmcMAC(beside mac: [UInt8]) -> [UInt8] {
        guard mac.count == 6 else { return [0x52, 0x54, 0, 0, 0, 1] }
        return Array(mac.prefix(5)) + [mac[5] &+ 0x80]
    }
}

extension String {
    /// The four bytes of an IPv4 address.
    fileprivate var ipv4: [UInt8]? {
        let parts = split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt8($0) }
        return parts.count == 4 ? parts : nil
    }
}
