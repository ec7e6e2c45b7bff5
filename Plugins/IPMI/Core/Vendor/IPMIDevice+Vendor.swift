// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit

/// The messages of `ingot.vendor/1`; bodies and replies are JSON objects, an empty body is `{}`.
enum VendorMethod: String, CaseIterable {
    /// Turns the identify light on: `seconds` 0 to 255 (0 turns it off, 15 unless given), or `force` for good.
    case identify
    /// Restarts the BMC: `mode` `cold` (unless given) or `warm`.
    case resetBMC = "bmc.reset"
    /// Any request: `netfn`, `command`, `lun`, `data` as hexadecimal digits. Replies `completion_code` and `data`.
    case raw
    /// Looks at users, cipher suites and SOL, and replies `findings`.
    case audit
    /// Ends the serial-over-LAN session of whoever has it.
    case deactivateSOL = "sol.deactivate"
}

extension IPMIDevice: VendorMessages {
    /// Carries out a `VendorMethod` and emits its `reply`.
    public func invoke(method: String, body: [UInt8], _ call: borrowing Call) throws(PluginError) {
        guard let known = VendorMethod(rawValue: method) else {
            throw PluginError(.unsupported, "vendor method \(method)")
        }
        guard body.count <= 4096, let text = String(validating: body, as: UTF8.self) else {
            throw .invalid(field: "body", "is not UTF-8 of at most 4096 bytes")
        }
        let json = text.isEmpty ? "{}" : text
        switch known {
        case .identify: try identify(json, call)
        case .resetBMC: try resetBMC(json, call)
        case .raw: try raw(json, call)
        case .audit: try call.emit("reply", json: Audit(self).report(call))
        case .deactivateSOL: try carryOut(.deactivateSOL, tolerating: [0x80, 0xcb], call)
        }
    }

    private func identify(_ json: String, _ call: borrowing Call) throws(PluginError) {
        struct Body: Decodable {
            var seconds: Int?
            var force: Bool?
        }
        let body = try JSONText.decode(Body.self, from: json, as: "body")
        guard let seconds = UInt8(exactly: body.seconds ?? 15) else {
            throw .invalid(field: "seconds", "is not 0 to 255")
        }
        try carryOut(.chassisIdentify(seconds: body.force == true ? nil : seconds), call)
    }

    private func resetBMC(_ json: String, _ call: borrowing Call) throws(PluginError) {
        struct Body: Decodable { var mode: String? }
        let mode = try JSONText.decode(Body.self, from: json, as: "body").mode ?? "cold"
        guard ["cold", "warm"].contains(mode) else { throw .invalid(field: "mode", "is not cold or warm") }
        // A second reset would be one too many, and a BMC may be gone before it answers.
        let session = try connect(call, repetition: .never, fresh: true).session
        let command = Command.resetBMC(warm: mode == "warm")
        if case .refused(let code) = try session.change(command, once: true, call) { throw code.pluginError }
        learn { $0.repository = nil }
        try call.emit("reply", "{}")
    }

    private func raw(_ json: String, _ call: borrowing Call) throws(PluginError) {
        struct Reply: Encodable {
            var completionCode: Int
            var data: String
        }
        let command = try RawRequest(json).command
        let session = try connect(call, repetition: .never, fresh: true).session
        switch try session.change(command, once: true, call) {
        case .data(let data):
            try call.emit("reply", json: Reply(completionCode: 0, data: data.map(Hex.digits).joined()))
        case .refused(let code):
            try call.emit(
                "reply", json: Reply(completionCode: Int(code.code), data: code.data.map(Hex.digits).joined()))
        }
    }

    private func carryOut(
        _ command: Command, tolerating codes: [UInt8] = [], _ call: borrowing Call
    ) throws(PluginError) {
        if case .refused(let code) = try connect(call, fresh: true).session.change(command, call),
            !codes.contains(code.code)
        {
            throw code.pluginError
        }
        try call.emit("reply", "{}")
    }
}

/// The body of `raw`.
package struct RawRequest: Decodable {
    var netfn: Int
    var command: Command

    /// Cold or Warm Reset of the BMC (IPMI 2.0, sections 20.2 and 20.3).
    package var resetsBMC: Bool {
        netfn == Int(Command.Network.application) && (command.number == 0x02 || command.number == 0x03)
    }

    private enum CodingKeys: CodingKey {
        case netfn, command, lun, data
    }

    /// Reads and checks a body. Throws `invalid` naming the member.
    package init(_ json: String) throws(PluginError) {
        self = try JSONText.decode(RawRequest.self, from: json, as: "body")
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        netfn = try members.decode(Int.self, forKey: .netfn)
        guard (0...0x3e).contains(netfn), netfn % 2 == 0 else {
            throw PluginError.invalid(field: "netfn", "is not an even number of 0 to 62")
        }
        guard let number = UInt8(exactly: try members.decode(Int.self, forKey: .command)) else {
            throw PluginError.invalid(field: "command", "is not 0 to 255")
        }
        let lun = try members.decodeIfPresent(Int.self, forKey: .lun) ?? 0
        guard (0...3).contains(lun) else { throw PluginError.invalid(field: "lun", "is not 0 to 3") }
        let digits = try members.decodeIfPresent(String.self, forKey: .data) ?? ""
        guard let data = Hex.bytes(digits.filter { $0 != " " }), data.count <= 255 else {
            throw PluginError.invalid(field: "data", "is not up to 255 bytes in hexadecimal digits")
        }
        let isPassword = netfn == Int(Command.Network.application) && number == 0x47
        command = Command(
            name: "raw \(Hex.byte(UInt8(netfn))) \(Hex.byte(number))", networkFunction: UInt8(netfn), number: number,
            data: data, unit: UInt8(lun), isSensitive: isPassword)
    }
}
