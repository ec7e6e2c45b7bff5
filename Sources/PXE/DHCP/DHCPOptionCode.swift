// SPDX-License-Identifier: Apache-2.0

/// The code of a DHCP option (RFC 2132 and the IANA table "BOOTP Vendor Extensions and DHCP Options").
public struct DHCPOptionCode: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public var rawValue: UInt8

    /// Makes a code from its number.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Padding, one octet without a length.
    public static let pad = Self(rawValue: 0)
    /// The subnet mask of the client's network.
    public static let subnetMask = Self(rawValue: 1)
    /// Routers on the client's network.
    public static let router = Self(rawValue: 3)
    /// Domain name servers.
    public static let domainNameServer = Self(rawValue: 6)
    /// The client's host name.
    public static let hostName = Self(rawValue: 12)
    /// The broadcast address of the client's network.
    public static let broadcastAddress = Self(rawValue: 28)
    /// Vendor specific information; here the PXE sub-options.
    public static let vendorSpecific = Self(rawValue: 43)
    /// The address the client asks for.
    public static let requestedAddress = Self(rawValue: 50)
    /// The lease time in seconds.
    public static let leaseTime = Self(rawValue: 51)
    /// Which of `file` and `sname` hold options too.
    public static let overload = Self(rawValue: 52)
    /// The DHCP message type.
    public static let messageType = Self(rawValue: 53)
    /// The DHCP server's address, by which the client picks one offer.
    public static let serverIdentifier = Self(rawValue: 54)
    /// The options the client would like to get.
    public static let parameterRequestList = Self(rawValue: 55)
    /// An error text for people.
    public static let message = Self(rawValue: 56)
    /// The largest DHCP message the sender takes.
    public static let maximumMessageSize = Self(rawValue: 57)
    /// T1, seconds until the client renews.
    public static let renewalTime = Self(rawValue: 58)
    /// T2, seconds until the client rebinds.
    public static let rebindingTime = Self(rawValue: 59)
    /// The vendor class, for example `PXEClient:Arch:00007:UNDI:003016`.
    public static let vendorClass = Self(rawValue: 60)
    /// The client identifier.
    public static let clientIdentifier = Self(rawValue: 61)
    /// The TFTP server's name or address.
    public static let tftpServerName = Self(rawValue: 66)
    /// The boot file's name or URL.
    public static let bootFileName = Self(rawValue: 67)
    /// The user class (RFC 3004); iPXE puts the bare text `iPXE` into it.
    public static let userClass = Self(rawValue: 77)
    /// What the relay agent added (RFC 3046).
    public static let relayAgentInformation = Self(rawValue: 82)
    /// The client system's architecture types (RFC 4578 section 2.1).
    public static let clientArchitecture = Self(rawValue: 93)
    /// The client's network interface type and version (RFC 4578 section 2.2).
    public static let clientInterface = Self(rawValue: 94)
    /// The client machine's identifier, a UUID (RFC 4578 section 2.3).
    public static let clientMachineIdentifier = Self(rawValue: 97)
    /// iPXE's encapsulated options.
    public static let ipxe = Self(rawValue: 175)
    /// The end of the options.
    public static let end = Self(rawValue: 255)
}

extension DHCPOptionCode: CustomStringConvertible {
    /// The number and, for the options used here, the name in the IANA table.
    public var description: String {
        guard let name = Self.names[rawValue] else { return "\(rawValue)" }
        return "\(rawValue) (\(name))"
    }

    private static let names: [UInt8: String] = [
        1: "subnet mask", 3: "router", 6: "domain name server", 12: "host name", 28: "broadcast address",
        43: "vendor specific information", 50: "requested IP address", 51: "lease time", 52: "option overload",
        53: "message type", 54: "server identifier", 55: "parameter request list", 56: "message",
        57: "maximum message size", 58: "renewal time", 59: "rebinding time", 60: "vendor class",
        61: "client identifier", 66: "TFTP server name", 67: "boot file name", 77: "user class",
        82: "relay agent information", 93: "client system architecture", 94: "client network interface",
        97: "client machine identifier", 175: "iPXE",
    ]
}
