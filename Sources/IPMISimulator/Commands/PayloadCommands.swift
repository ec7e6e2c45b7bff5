// SPDX-License-Identifier: Apache-2.0
import BMCModel

extension CommandTable {
    /// Payloads, of which serial-over-LAN is the one beside IPMI itself (IPMI 2.0 section 24).
    static let payloads: [UInt8: Command] = [
        0x48: Command(.user, changes: true) { bmc, data, context throws(CompletionCode) in
            try bmc.activate(&data, context)
        },
        0x49: Command(.user, changes: true) { bmc, data, context throws(CompletionCode) in
            guard try data.byte() & 0x3F == PayloadType.sol else { throw .specific(0x81) }
            guard try data.byte() & 0x0F == 1 else { throw .invalidField }
            guard bmc.sol != nil else { throw .specific(0x80) }
            bmc.endSerial(tellingAllBut: context.session)
            return []
        },
        // Get Payload Activation Status: one instance.
        0x4A: Command(.user) { bmc, data, _ throws(CompletionCode) in
            guard try data.byte() & 0x3F == PayloadType.sol else { throw .invalidField }
            return [1, bmc.sol == nil ? 0 : 1, 0]
        },
        0x4B: Command(.user) { bmc, data, _ throws(CompletionCode) in
            guard try data.byte() & 0x3F == PayloadType.sol, try data.byte() == 1 else { throw .invalidField }
            return (bmc.sol?.sessionID ?? 0).wire + [1, 0, 0, 0, 0, 0, 0, 0]
        },
        0x4E: Command(.user) { bmc, data, _ throws(CompletionCode) in
            guard !bmc.has(.solNoPayloadCheck) else { throw .invalidCommand }
            guard BMCCore.isLAN(try data.byte() & 0x0F) else { throw .invalidField }
            // IPMI and serial-over-LAN; Open Session to RAKP message 4.
            return [0x03, 0, 0x3F, 0, 0, 0, 0, 0]
        },
        // Get Channel Payload Version: 1.0.
        0x4F: Command(.user) { _, data, _ throws(CompletionCode) in
            guard BMCCore.isLAN(try data.byte() & 0x0F) else { throw .invalidField }
            let type = try data.byte()
            guard type <= 1 || (0x10...0x15).contains(type) else { throw .specific(0x80) }
            return [0x10]
        },
    ]
}

extension BMCCore {
    /// Activate Payload (section 24.1).
    fileprivate mutating func activate(
        _ data: inout RequestData, _ context: CommandContext
    ) throws(CompletionCode) -> [UInt8] {
        guard try data.byte() & 0x3F == PayloadType.sol else { throw .specific(0x81) }
        guard try data.byte() & 0x0F == 1 else { throw .invalidField }
        let wishes = try data.byte()
        _ = try data.bytes(3)
        guard let id = context.session, let session = sessions[id] else { throw .unspecified }
        let settings = solParameter(2)?.first ?? 0
        guard solParameter(1) == [1], users[session.userID]?.payloads ?? 0 & 0x02 != 0 else { throw .specific(0x81) }
        guard session.privilege.rawValue >= settings & 0x0F else { throw .privilege }
        guard sol == nil else { throw .specific(0x80) }
        let isEncrypted = wishes & 0x80 != 0
        guard isEncrypted || settings & 0x80 == 0 else { throw .specific(0x84) }
        // What was printed before nobody sees.
        let machine = chassis.chassis.snapshot
        _ = console?.output(machine)
        sol = SOLLink(sessionID: id, isEncrypted: isEncrypted, at: context.now)
        let size = UInt16(has(.solNoPayloadCheck) ? 0 : SOLLink.characters + 4).wire
        return [0, 0, 0, 0] + size + size + port.wire + [0xFF, 0xFF]
    }
}
