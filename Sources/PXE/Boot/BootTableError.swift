// SPDX-License-Identifier: Apache-2.0

/// Why a machine was not taken into the boot table.
public enum BootTableError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address is reserved for another machine.
    case addressTaken(IPv4Address, by: MACAddress)
    /// The token is in use for another machine.
    case tokenTaken(by: MACAddress)
    /// The address is not one that a host can have.
    case notAHostAddress(IPv4Address)
    /// The hardware address is not one that a network port can have.
    case notAPortAddress(MACAddress)
    /// The token has another length or other characters than allowed.
    case malformedToken
    /// The host name is empty, longer than 63 characters, or has characters other than letters, digits, `-` and `.`.
    case malformedHostname(String)
    /// A value cannot go into the boot script.
    case script(IPXEScript.ValueError)

    /// One line for people; tokens are not shown.
    public var description: String {
        switch self {
        case .addressTaken(let address, let mac): "address \(address) is already reserved for \(mac)"
        case .tokenTaken(let mac): "the boot token is already in use for \(mac)"
        case .notAHostAddress(let address): "address \(address) is not one that a host can have"
        case .notAPortAddress(let mac): "MAC address \(mac) is not one that a network port can have"
        case .malformedToken: "the boot token needs 8 to 128 characters of A-Z a-z 0-9 - _"
        case .malformedHostname(let name): "host name '\(name)' needs 1 to 63 characters of A-Z a-z 0-9 - ."
        case .script(let error): error.description
        }
    }
}
