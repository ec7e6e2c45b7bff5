// SPDX-License-Identifier: Apache-2.0

/// A family of PDUs as its MIB shows it over SNMP. Written from the MIBs, apart from the driver's own table.
public struct OutletModel: Sendable, Equatable {
    /// What an order makes of an outlet.
    enum Order: Sendable, CaseIterable { case on, off, reboot }

    /// A column that takes orders, and the INTEGER of each.
    struct Column: Sendable, Equatable {
        var object: SNMPObject
        var orders: [Int32: Order]
        /// Other numbers that the MIB allows, such as delayed orders; this PDU takes them and does nothing.
        var others: Set<Int32> = []
        /// What it reads as; nil tells the outlet's state.
        var reads: Int32?
    }

    /// The numbers of the state column.
    struct States: Sendable, Equatable {
        var on: Int32
        var off: Int32
        /// On its way; a MIB without such numbers tells the state that is still there.
        var turningOn: Int32?
        var turningOff: Int32?
    }

    /// Name on the command line, such as `apc-rpdu`.
    public let name: String
    /// What the PDU says it is (sysDescr).
    public let description: String
    /// sysObjectID.
    let identity: SNMPObject
    let columns: [Column]
    let state: SNMPObject
    let states: States
    /// What stands before an outlet's number in an index.
    let prefix: [UInt32]

    /// The model of that name.
    public init?(named name: String) {
        guard let model = Self.all.first(where: { $0.name == name }) else { return nil }
        self = model
    }

    init(
        _ name: String, _ description: String, identity: String, columns: [Column], state: String, _ states: States,
        prefix: [UInt32] = []
    ) {
        self.name = name
        self.description = description
        self.identity = SNMPObject(identity)
        self.columns = columns
        self.state = SNMPObject(state)
        self.states = states
        self.prefix = prefix
    }
}
