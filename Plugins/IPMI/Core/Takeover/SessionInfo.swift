// SPDX-License-Identifier: GPL-3.0-or-later

/// One answer to Get Session Info (IPMI 2.0, section 22.20).
struct SessionInfo: Equatable {
    /// 0 when there is no session with the index asked for.
    var handle: UInt8
    /// The most sessions there can be.
    var limit: Int
    /// Sessions that are active now.
    var active: Int
    /// Nil when the BMC says no more than the counts.
    var owner: Owner?

    /// Who opened a session, and from where.
    struct Owner: Equatable {
        var user: UInt8
        /// The channel's number.
        var channel: UInt8
        /// IPv4 address of the client, as the BMC sees it; 4 bytes.
        var address: [UInt8]
        /// UDP port of the client, as the BMC sees it.
        var port: UInt16
    }

    /// Nil when the data are too short.
    init?(_ data: [UInt8]) {
        guard data.count >= 3 else { return nil }
        handle = data[0]
        limit = Int(data[1] & 0x3f)
        active = Int(data[2] & 0x3f)
        guard data.count >= 18 else { return }
        owner = Owner(
            user: data[3] & 0x3f, channel: data[5] & 0x0f, address: Array(data[6..<10]),
            port: UInt16(data[16]) | UInt16(data[17]) << 8)
    }
}

extension Command {
    /// IPMI 2.0, section 22.20; index 0 is the session that asks, others count the active ones from 1.
    static func getSessionInfo(_ index: UInt8) -> Command {
        Command(
            name: "Get Session Info \(index)", networkFunction: Network.application, number: 0x3d, data: [index])
    }

    /// The number of Close Session, section 22.19.
    static let closeSession: UInt8 = 0x3c

    /// Section 22.19, by the BMC's id of the session.
    static func closeSession(id: UInt32) -> Command {
        Command(
            name: "Close Session", networkFunction: Network.application, number: closeSession,
            data: LinkPacket.bytes32(id))
    }

    /// Section 22.19, by handle; another session than one's own needs the privilege of an administrator.
    static func closeSession(handle: UInt8) -> Command {
        Command(
            name: "Close Session \(handle)", networkFunction: Network.application, number: closeSession,
            data: [0, 0, 0, 0, handle])
    }
}
