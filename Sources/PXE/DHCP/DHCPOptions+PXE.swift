// SPDX-License-Identifier: Apache-2.0

extension DHCPOptions {
    /// Option 93, the architectures in the client's order of preference (RFC 4578 section 2.1).
    public var architectures: [ClientArchitecture] {
        get {
            guard let data = self[.clientArchitecture], data.count % 2 == 0 else { return [] }
            return stride(from: data.startIndex, to: data.endIndex, by: 2).map {
                ClientArchitecture(rawValue: UInt16(data[$0]) << 8 | UInt16(data[$0 + 1]))
            }
        }
        set {
            let octets = newValue.flatMap { [UInt8($0.rawValue >> 8), UInt8($0.rawValue & 255)] }
            self[.clientArchitecture] = octets.isEmpty ? nil : ArraySlice(octets)
        }
    }

    /// Option 97 without its leading type octet: the machine's UUID as the firmware sends it.
    public var machineIdentifier: [UInt8]? {
        get {
            guard let data = self[.clientMachineIdentifier], data.count == 17 else { return nil }
            return Array(data.dropFirst())
        }
        set { self[.clientMachineIdentifier] = newValue.map { [0] + $0 } }
    }

    /// Option 77: the classes of RFC 3004, or the one text when the client (as iPXE does) sends a bare one.
    public var userClasses: [String] {
        guard let data = self[.userClass] else { return [] }
        var classes: [String] = []
        var rest = data
        while let length = rest.first {
            guard length > 0, rest.count > Int(length) else { return DHCPText.decode(data).map { [$0] } ?? [] }
            guard let text = DHCPText.decode(rest.dropFirst().prefix(Int(length))) else {
                return DHCPText.decode(data).map { [$0] } ?? []
            }
            classes.append(text)
            rest = rest.dropFirst(1 + Int(length))
        }
        return classes
    }

    /// Sets option 77 to one bare text, the form that iPXE uses.
    public mutating func setBareUserClass(_ text: String) {
        self[.userClass] = ArraySlice(text.utf8)
    }

    /// True when the sender is iPXE: user class `iPXE`, or iPXE's encapsulated options.
    public var isIPXE: Bool {
        contains(.ipxe) || userClasses.contains("iPXE")
    }

    /// False only when iPXE lists its features in option 175 and HTTP (0x13) is not among them.
    public var ipxeHasHTTP: Bool {
        guard let data = self[.ipxe], !data.isEmpty else { return true }
        return IPXEFeature.http.isPresent(in: data)
    }

    /// A sub-option of option 82 (RFC 3046), for example 1 for the circuit ID; nil when it is not there.
    public func relaySuboption(_ code: UInt8) -> ArraySlice<UInt8>? {
        DHCPSuboptions.find(code, in: self[.relayAgentInformation], of: .relayAgentInformation)
    }

    /// True when the relay wants the reply at the port it sent from (RFC 8357, sub-option 19).
    public var relayWantsSourcePort: Bool { relaySuboption(19) != nil }
}

/// Sub-options of option 175 by which iPXE says what it was built with and servers steer it.
enum IPXEFeature: UInt8 {
    /// Sent by servers: do not wait for proxyDHCP offers.
    case noProxyDHCP = 176
    /// HTTP downloads.
    case http = 0x13

    func isPresent(in data: ArraySlice<UInt8>) -> Bool {
        DHCPSuboptions.find(rawValue, in: data, of: .ipxe) != nil
    }

    /// Option 175 as a server sends it so that iPXE takes the offer at once.
    static let serverOption: ArraySlice<UInt8> = [noProxyDHCP.rawValue, 1, 1]
}
