// SPDX-License-Identifier: GPL-3.0-or-later

extension Command {
    /// IPMI 2.0, section 31.2.
    static let getSELInfo = Command(name: "Get SEL Info", networkFunction: Network.storage, number: 0x40)
    /// Section 31.4.
    static let reserveSEL = Command(name: "Reserve SEL", networkFunction: Network.storage, number: 0x42)

    /// Section 31.5: a whole record, which needs no reservation. 0 is the oldest record, FFFFh the newest.
    static func getSELEntry(_ record: UInt16) -> Command {
        Command(
            name: "Get SEL Entry", networkFunction: Network.storage, number: 0x43,
            data: [0, 0] + bytes(record) + [0, 0xff])
    }

    /// Section 31.9: begins the erasure, or asks how far it is.
    static func clearSEL(reservation: UInt16, begin: Bool) -> Command {
        Command(
            name: "Clear SEL", networkFunction: Network.storage, number: 0x47,
            data: bytes(reservation) + [0x43, 0x4c, 0x52, begin ? 0xaa : 0x00])
    }
}
