// SPDX-License-Identifier: Apache-2.0

/// One DHCP message (RFC 2131 section 2) of an Ethernet client.
public struct DHCPPacket: Equatable, Sendable {
    /// `op`: who sends.
    public enum Operation: UInt8, Sendable {
        /// BOOTREQUEST, from a client.
        case request = 1
        /// BOOTREPLY, from a server.
        case reply = 2
    }

    /// `op`.
    public var operation: Operation
    /// `hops`, counted by relay agents.
    public var hops: UInt8 = 0
    /// `xid`, the transaction that the client chose.
    public var transaction: UInt32
    /// `secs`, seconds since the client began.
    public var seconds: UInt16 = 0
    /// `flags`; only the broadcast bit has a meaning.
    public var flags: UInt16 = 0
    /// `ciaddr`, the client's address when it has one and can answer ARP.
    public var clientAddress: IPv4Address = .unspecified
    /// `yiaddr`, the address given to the client.
    public var yourAddress: IPv4Address = .unspecified
    /// `siaddr`, the next server in the boot.
    public var nextServer: IPv4Address = .unspecified
    /// `giaddr`, the relay agent's address.
    public var relayAddress: IPv4Address = .unspecified
    /// `chaddr`, the client's Ethernet address.
    public var clientHardware: MACAddress
    /// `sname` when it is not overloaded; at most 63 octets.
    public var serverName: String = ""
    /// `file` when it is not overloaded; at most 127 octets.
    public var bootFile: String = ""
    /// The options, without overload and end.
    public var options = DHCPOptions()

    /// Makes a packet with empty fields.
    public init(operation: Operation, transaction: UInt32, clientHardware: MACAddress) {
        self.operation = operation
        self.transaction = transaction
        self.clientHardware = clientHardware
    }

    /// Option 53; a parsed packet always has one.
    public var messageType: DHCPMessageType? { options.messageType }

    /// The broadcast bit of `flags`: the client cannot take unicast before it has its address.
    public var wantsBroadcast: Bool {
        get { flags & 0x8000 != 0 }
        set { flags = newValue ? flags | 0x8000 : flags & 0x7FFF }
    }
}
