// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// How the LAN channel may be used (IPMI 2.0 section 22.22).
struct ChannelAccess: Equatable {
    /// Access mode, and what is switched off; 2 is "always available".
    var bits: UInt8 = 0x02
    var limit = Privilege.administrator
}

extension CommandTable {
    /// Sessions and channels (IPMI 2.0 sections 22.13 to 22.25).
    static let channels: [UInt8: Command] = [
        // Get Channel Authentication Capabilities: IPMI 2.0 only, users have names.
        0x38: Command(nil) { bmc, data, _ throws(CompletionCode) in
            let channel = try data.byte()
            let asked = try data.byte()
            guard BMCCore.isLAN(channel & 0x0F), (1...5).contains(asked & 0x0F) else { throw .invalidField }
            let status: UInt8 = 0x04 | (bmc.bmcKey.contains { $0 != 0 } ? 0x20 : 0)
            return [BMCCore.lanChannel, channel & 0x80, status, channel & 0x80 == 0 ? 0 : 0x02, 0, 0, 0, 0]
        },
        // Get Session Challenge: no session of IPMI 1.5.
        0x39: Command(nil) { _, _, _ throws(CompletionCode) in throw .invalidCommand },
        0x3B: Command(.callback) { bmc, data, context throws(CompletionCode) in
            let asked = try data.byte() & 0x0F
            guard let id = context.session, var session = bmc.sessions[id] else { throw .unspecified }
            guard asked != 0 else { return [session.privilege.rawValue] }
            guard let privilege = Privilege(rawValue: asked), privilege != .callback else { throw .specific(0x80) }
            guard privilege <= session.limit else { throw .specific(0x81) }
            session.privilege = privilege
            bmc.sessions[id] = session
            return [privilege.rawValue]
        },
        0x3C: Command(.callback) { bmc, data, context throws(CompletionCode) in
            let id = try data.double()
            let handle = id == 0 ? try data.byte() : nil
            guard let session = bmc.sessions.values.first(where: { $0.id == id || $0.handle == handle }),
                session.stage == .active
            else { throw .specific(0x87) }
            let own = context.session.flatMap { bmc.sessions[$0] }
            guard session.id == own?.id || own?.privilege == .administrator else { throw .privilege }
            if bmc.faults.strikes("session-leak") == nil {
                bmc.afterAnswer = .close(session.id)
                if session.id != own?.id { bmc.statistics.sessionsClosedByOthers += 1 }
            }
            return []
        },
        0x3D: Command(.user) { bmc, data, context throws(CompletionCode) in
            let index = try data.byte()
            let active = bmc.sessions.values.filter { $0.stage == .active }.sorted { $0.handle < $1.handle }
            let session: Session?
            switch index {
            case 0x00: session = active.first { $0.id == context.session }
            case 0xFE:
                let handle = try data.byte()
                session = active.first { $0.handle == handle }
            case 0xFF:
                let id = try data.double()
                session = active.first { $0.id == id }
            default: session = Int(index) <= active.count ? active[Int(index) - 1] : nil
            }
            let counts = [UInt8(clamping: min(bmc.configuration.sessionLimit, 63)), UInt8(active.count)]
            guard let session else { return [0] + counts }
            let address = session.peer.address.suffix(4)
            return [session.handle] + counts + [session.userID, session.privilege.rawValue, 0x10 | BMCCore.lanChannel]
                + address + [0, 0, 0, 0, 0, 0] + session.peer.port.wire
        },
        0x40: Command(.administrator, changes: true) { bmc, data, _ throws(CompletionCode) in
            guard BMCCore.isLAN(try data.byte() & 0x0F) else { throw .invalidField }
            let access = try data.byte()
            let limit = try data.byte()
            if access & 0xC0 != 0 { bmc.channel.bits = access & 0x3F }
            if limit & 0xC0 != 0 {
                guard let privilege = Privilege(rawValue: limit & 0x0F) else { throw .invalidField }
                bmc.channel.limit = privilege
            }
            return []
        },
        0x41: Command(.user) { bmc, data, _ throws(CompletionCode) in
            guard BMCCore.isLAN(try data.byte() & 0x0F) else { throw .invalidField }
            return [bmc.channel.bits, bmc.channel.limit.rawValue]
        },
        // Get Channel Info: 1 is a LAN of many sessions, 15 the system interface.
        0x42: Command(.user) { bmc, data, _ throws(CompletionCode) in
            let channel = try data.byte() & 0x0F
            if channel == 0x0F { return [0x0F, 0x0C, 0x05, 0x00, 0xF2, 0x1B, 0x00, 0xFF, 0xFF] }
            guard BMCCore.isLAN(channel) else { throw .invalidField }
            let active = UInt8(bmc.sessions.values.count { $0.stage == .active })
            return [BMCCore.lanChannel, 0x04, 0x01, 0x80 | active, 0xF2, 0x1B, 0x00, 0x00, 0x00]
        },
        // Get Channel Cipher Suites, 16 bytes of their records at a time.
        0x54: Command(nil) { bmc, data, _ throws(CompletionCode) in
            guard BMCCore.isLAN(try data.byte() & 0x0F) else { throw .invalidField }
            _ = try data.byte()
            let start = Int(try data.byte() & 0x3F) * 16
            let records = bmc.configuration.cipherSuites.sorted().compactMap(CipherSuite.init).flatMap(\.record)
            return [BMCCore.lanChannel] + records.dropFirst(start).prefix(16)
        },
        // Set Channel Security Keys: K_R, which only IPMI 1.5 needs, is kept; K_G counts.
        0x56: Command(.administrator, changes: true) { bmc, data, _ throws(CompletionCode) in
            guard BMCCore.isLAN(try data.byte() & 0x0F) else { throw .invalidField }
            let operation = try data.byte() & 0x03
            let key = try data.byte()
            guard key <= 1 else { throw .invalidField }
            switch operation {
            case 0: return [0x02] + (key == 1 ? bmc.bmcKey : bmc.randomKey).padded(to: 20)
            case 1:
                let value = try data.bytes(20)
                if key == 1 { bmc.bmcKey = value } else { bmc.randomKey = value }
                return [0x02]
            default: throw .specific(0x80)
            }
        },
    ]
}

extension BMCCore {
    /// The channel of the LAN.
    static let lanChannel: UInt8 = 1

    /// Whether it is the LAN's channel; Eh stands for the channel that is spoken over.
    static func isLAN(_ channel: UInt8) -> Bool { channel == lanChannel || channel == 0x0E }
}
