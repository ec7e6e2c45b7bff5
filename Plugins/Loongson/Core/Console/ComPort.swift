// SPDX-License-Identifier: GPL-3.0-or-later

/// The commands of telnet's COM-PORT-OPTION (RFC 2217, section 3) that set a port, and the server's acknowledgements.
struct ComPort: Equatable {
    enum Setting: UInt8, CaseIterable {
        case baud = 1
        case dataSize = 2
        case parity = 3
        case stopSize = 4
        case control = 5

        var name: String {
            switch self {
            case .baud: "serial.baud"
            case .dataSize: "serial.data_bits"
            case .parity: "serial.parity"
            case .stopSize: "serial.stop_bits"
            case .control: "flow control"
            }
        }
    }

    /// What the server's commands have added to the client's numbers.
    private static let fromServer: UInt8 = 100

    private let wanted: [Setting: UInt32]
    private var kept: [Setting: UInt32] = [:]

    init(_ settings: SerialSettings) {
        let parity: UInt32 =
            switch settings.parity {
            case .none: 1
            case .odd: 2
            case .even: 3
            }
        wanted = [
            .baud: settings.baud, .dataSize: UInt32(settings.dataBits), .parity: parity,
            .stopSize: UInt32(settings.stopBits), .control: 1,
        ]
    }

    /// The subnegotiations to send, without option number.
    var requests: [[UInt8]] {
        Setting.allCases.map { setting in [setting.rawValue] + Self.value(setting, wanted[setting] ?? 0) }
    }

    private static func value(_ setting: Setting, _ number: UInt32) -> [UInt8] {
        guard setting == .baud else { return [UInt8(truncatingIfNeeded: number)] }
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }

    /// Takes a subnegotiation of the server, without option number; others than acknowledgements are left alone.
    mutating func receive(_ bytes: [UInt8]) {
        guard let code = bytes.first, code >= Self.fromServer,
            let setting = Setting(rawValue: code - Self.fromServer), bytes.count == (setting == .baud ? 5 : 2)
        else { return }
        let number = bytes.dropFirst().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        // Of the modem's lines the server reports more than it was asked.
        if setting == .control, number > 3 { return }
        kept[setting] = number
    }

    /// Every setting has been acknowledged.
    var isComplete: Bool { Setting.allCases.allSatisfy { kept[$0] != nil } }

    /// Settings that the server does not tell.
    var missing: [Setting] { Setting.allCases.filter { kept[$0] == nil } }

    /// The first setting that the server keeps otherwise, and its value.
    var difference: (setting: Setting, wanted: UInt32, kept: UInt32)? {
        for setting in Setting.allCases {
            if let wanted = wanted[setting], let kept = kept[setting], wanted != kept { return (setting, wanted, kept) }
        }
        return nil
    }
}
