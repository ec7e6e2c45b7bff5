// SPDX-License-Identifier: GPL-3.0-or-later

/// A request outside any session in IPMI 1.5 format without authentication, the form in which a BMC has to answer
/// Get Channel Authentication Capabilities and Get Channel Cipher Suites (IPMI 2.0, sections 13.1.3, 13.6, 13.8).
struct PresessionMessage: Equatable {
    /// Network function Application.
    static let application: UInt8 = 0x06

    var networkFunction: UInt8 = application
    var command: UInt8
    /// 0 to 63.
    var sequence: UInt8
    var data: [UInt8]

    /// RMCP header, session header, message.
    var packet: [UInt8] {
        let addressed: [UInt8] = [0x20, networkFunction << 2]
        let body: [UInt8] = [0x81, sequence << 2, command] + data
        let message = addressed + [Self.checksum(addressed)] + body + [Self.checksum(body)]
        return [0x06, 0x00, 0xff, 0x07, 0x00] + [UInt8](repeating: 0, count: 8)
            + [UInt8(truncatingIfNeeded: message.count)] + message
    }

    /// The completion code and the data of the answer to this request, or nil when the packet is anything else.
    func answer(in packet: [UInt8]) -> (completionCode: UInt8, data: [UInt8])? {
        let header = 14
        guard packet.count >= header + 8, packet[0] == 0x06, packet[3] == 0x07, packet[4] == 0x00 else { return nil }
        let length = Int(packet[13])
        guard length >= 8, packet.count >= header + length else { return nil }
        let message = Array(packet[header..<header + length])
        guard message.prefix(3).reduce(0, &+) == 0, message.dropFirst(3).reduce(0, &+) == 0,
            message[1] >> 2 == networkFunction | 1, message[4] >> 2 == sequence, message[5] == command
        else { return nil }
        return (message[6], Array(message[7..<length - 1]))
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt8 { 0 &- bytes.reduce(0, &+) }
}
