// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// What the BMC answered.
enum Reply {
    /// It did as told; the data after the completion code.
    case data([UInt8])
    /// It did not.
    case refused(CompletionCode)
}

/// Why a BMC refused a command (IPMI 2.0, table 5-2).
struct CompletionCode: Equatable {
    let command: Command
    let code: UInt8
    /// What came behind the code; mostly nothing.
    let data: [UInt8]

    init(_ command: Command, _ code: UInt8, _ data: [UInt8] = []) {
        self.command = command
        self.code = code
        self.data = data
    }

    /// The BMC may take the same command later.
    var isTemporary: Bool { [0xc0, 0xc3, 0xd0, 0xd1, 0xd2].contains(code) }

    /// Of a command that was passed on: the controller is not there or does not answer, or the BMC does not pass messages on
    /// (IPMI 2.0, tables 5-2 and 22-9: lost arbitration, bus error and no acknowledge are 81h to 83h).
    var isAboutBridge: Bool { [0xc1, 0xc3, 0xd3, 0x81, 0x82, 0x83].contains(code) }

    /// The user may not send the command.
    var isForbidden: Bool { code == 0xd4 }

    /// Another, smaller request of the same kind may be taken.
    var isAboutLength: Bool { [0xc7, 0xc8, 0xca, 0xcc, 0xff].contains(code) }

    /// Something in the request that the BMC does not take.
    static let invalidField: UInt8 = 0xcc
    /// The BMC or a controller behind it took too long.
    static let timedOut: UInt8 = 0xc3
    /// The reservation that the command named is gone.
    static let reservationCancelled: UInt8 = 0xc5

    /// The refusal in the terms of the plugin interface; the command had no effect.
    var pluginError: PluginError {
        let text = "\(command.name): the BMC refuses: \(meaning) (\(Hex.byte(code)))"
        var error = PluginError(status, text, vendorCode: Int32(code))
        if status == .busy {
            error.retryable = true
            error.retryAfter = .seconds(2)
        }
        if status == .timeout {
            error.retryable = true
            error.maybeApplied = true
        }
        return error
    }

    private var status: PluginError.Status {
        switch code {
        case 0xc0, 0xc4, 0xd0, 0xd1, 0xd2: .busy
        case 0xc1, 0xc2, 0x80: .unsupported
        case 0xc3: .timeout
        case 0xd4: .forbidden
        case 0xd3, 0xd5: .state
        case 0xd6: .unsupported
        default: .protocol
        }
    }

    private var meaning: String {
        switch code {
        case 0x80: "parameter not supported"
        case 0xc0: "busy"
        case 0xc1: "invalid command"
        case 0xc2: "invalid for this logical unit"
        case 0xc3: "it timed out"
        case 0xc4: "out of space"
        case 0xc7: "request of the wrong length"
        case 0xc9: "parameter out of range"
        case 0xca: "cannot return that many bytes"
        case 0xcb: "not present"
        case 0xcc: "invalid data in the request"
        case 0xd0: "sensor data is being updated"
        case 0xd1: "firmware is being updated"
        case 0xd2: "it is starting"
        case 0xd3: "destination unavailable"
        case 0xd4: "privilege too low"
        case 0xd5: "not possible in the present state"
        case 0xd6: "function disabled or unavailable"
        case 0xff: "unspecified error"
        default: "completion code"
        }
    }
}

/// Hexadecimal text.
enum Hex {
    /// `0xff`.
    static func byte(_ byte: UInt8) -> String {
        "0x" + digits(byte)
    }

    /// The bytes of an even number of digits; nil for anything else.
    static func bytes(_ digits: some StringProtocol) -> [UInt8]? {
        let digits = Array(digits.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Two lower-case digits.
    static func digits(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
