// SPDX-License-Identifier: GPL-3.0-or-later

/// The message inside a payload of type IPMI (IPMI 2.0, section 13.8), and those that it carries to controllers behind the BMC.
enum LinkMessage {
    /// The console's software id, and the BMC's slave address.
    private static let console: UInt8 = 0x81
    private static let bmc: UInt8 = 0x20
    /// Section 22.7.
    private static let sendMessage: UInt8 = 0x34

    /// What a message says about a command.
    enum Answer: Equatable {
        /// The command was carried out or refused.
        case done(sequence: UInt8, code: UInt8, data: [UInt8])
        /// The BMC has passed it on; the controller's answer is still to come.
        case passedOn(sequence: UInt8)
    }

    static func request(_ command: Command, sequence: UInt8) -> [UInt8] {
        let head = [command.bridge?.address ?? bmc, command.networkFunction << 2 | command.unit & 3]
        let body = [command.bridge == nil ? console : bmc, sequence << 2, command.number] + command.data
        let message = head + [checksum(head)] + body + [checksum(body)]
        guard let bridge = command.bridge else { return message }
        // With the request to keep track of the answer (table 22-9).
        return request(
            Command(
                name: command.name, networkFunction: Command.Network.application, number: sendMessage,
                data: [0x40 | bridge.channel & 0x0f] + message), sequence: sequence)
    }

    /// What a message says about a command; nil for a message that is about something else.
    ///
    /// BMCs hand the answer of a controller over in one of three ways: inside the answer to Send Message, inside a second
    /// answer to Send Message after an empty one (section 6.13.3), or as a message of its own.
    static func answer(_ message: [UInt8], to command: Command, checked: Bool = true) -> Answer? {
        if let direct = parse(message, command.networkFunction, command.number, checked) {
            return .done(sequence: direct.sequence, code: direct.code, data: direct.data)
        }
        guard command.bridge != nil,
            let outer = parse(message, Command.Network.application, sendMessage, checked)
        else { return nil }
        guard outer.code == 0 else { return .done(sequence: outer.sequence, code: outer.code, data: []) }
        guard !outer.data.isEmpty else { return .passedOn(sequence: outer.sequence) }
        guard let inner = parse(outer.data, command.networkFunction, command.number, checked) else { return nil }
        return .done(sequence: outer.sequence, code: inner.code, data: inner.data)
    }

    private static func parse(
        _ message: [UInt8], _ networkFunction: UInt8, _ number: UInt8, _ checked: Bool
    ) -> (sequence: UInt8, code: UInt8, data: [UInt8])? {
        guard message.count >= 8, message[1] >> 2 == networkFunction | 1, message[5] == number,
            !checked || message[0...2].reduce(0, &+) == 0 && message[3...].reduce(0, &+) == 0
        else { return nil }
        return (message[4] >> 2, message[6], Array(message[7..<message.count - 1]))
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt8 { 0 &- bytes.reduce(0, &+) }
}
