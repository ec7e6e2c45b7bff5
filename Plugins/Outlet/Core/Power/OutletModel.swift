// SPDX-License-Identifier: Apache-2.0

/// How one family of PDUs is switched over SNMP: which objects to set, which to read, and what the numbers mean.
struct OutletModel: Sendable, Equatable {
    /// An object without its index, and the INTEGER that is written to it.
    struct Command: Sendable, Equatable {
        var object: ObjectIdentifier
        var value: Int32
    }

    var on: Command
    var off: Command
    /// The PDU's own off-and-on, where it has one.
    var reboot: Command?
    /// The object that tells an outlet's state, without its index.
    var state: ObjectIdentifier
    var onValues: Set<Int32>
    var offValues: Set<Int32>
    /// On its way to one of the two.
    var changingValues: Set<Int32>
    /// What goes before an outlet's number: unit, tower, infeed. An outlet given with all its parts has none added.
    var indexPrefix: [UInt32]
}
