// SPDX-License-Identifier: Apache-2.0

/// The DHCP message type, option 53 (RFC 2132 section 9.6).
public enum DHCPMessageType: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// A client looks for servers.
    case discover = 1
    /// A server offers an address.
    case offer = 2
    /// A client takes an offer, or confirms or extends what it has.
    case request = 3
    /// A client found its address in use by another host.
    case decline = 4
    /// A server commits an address and parameters.
    case acknowledge = 5
    /// A server refuses the address that the client asks for.
    case negativeAcknowledge = 6
    /// A client gives its address back.
    case release = 7
    /// A client that has an address asks for parameters only.
    case inform = 8

    /// The name in RFC 2131.
    public var description: String {
        switch self {
        case .discover: "DHCPDISCOVER"
        case .offer: "DHCPOFFER"
        case .request: "DHCPREQUEST"
        case .decline: "DHCPDECLINE"
        case .acknowledge: "DHCPACK"
        case .negativeAcknowledge: "DHCPNAK"
        case .release: "DHCPRELEASE"
        case .inform: "DHCPINFORM"
        }
    }
}
