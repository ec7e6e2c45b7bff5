// SPDX-License-Identifier: Apache-2.0

/// A serial-over-LAN packet (IPMI 2.0 tables 15-2 and 15-3).
struct SOLPacket: Equatable {
    /// 1 to 15; 0 for a packet that only acknowledges.
    var sequence: UInt8 = 0
    /// The packet that is acknowledged; 0 for none.
    var acknowledged: UInt8 = 0
    /// How many of its characters were taken.
    var accepted: UInt8 = 0
    /// Operation of the console, or status of the BMC.
    var flags: UInt8 = 0
    var data: [UInt8] = []

    /// In both directions.
    static let nack: UInt8 = 0x40
    /// From the console.
    static let makeBreak: UInt8 = 0x10
    static let flushInbound: UInt8 = 0x02
    static let flushOutbound: UInt8 = 0x01
    /// From the BMC.
    static let transferUnavailable: UInt8 = 0x20
    static let deactivating: UInt8 = 0x10

    init() {}

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        (sequence, acknowledged, accepted, flags) = (bytes[0] & 0x0F, bytes[1] & 0x0F, bytes[2], bytes[3])
        data = Array(bytes[4...])
    }

    var encoded: [UInt8] { [sequence, acknowledged, accepted, flags] + data }
}
