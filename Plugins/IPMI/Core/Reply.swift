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

    init(_ command: Command, _ code: UInt8) {
        self.command = command
        self.code = code
    }

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

    /// Two lower-case digits.
    static func digits(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
