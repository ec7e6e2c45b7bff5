// SPDX-License-Identifier: Apache-2.0

extension DHCPOptions {
    /// Option 53, the message type.
    public var messageType: DHCPMessageType? {
        get { byte(.messageType).flatMap(DHCPMessageType.init(rawValue:)) }
        set { self[.messageType] = newValue.map { [$0.rawValue] } }
    }

    /// Option 1, the subnet mask.
    public var subnetMask: IPv4Address? {
        get { address(.subnetMask) }
        set { setAddresses(.subnetMask, newValue.map { [$0] }) }
    }

    /// Option 3, the routers.
    public var routers: [IPv4Address] {
        get { addresses(.router) }
        set { setAddresses(.router, newValue) }
    }

    /// Option 6, the domain name servers.
    public var domainNameServers: [IPv4Address] {
        get { addresses(.domainNameServer) }
        set { setAddresses(.domainNameServer, newValue) }
    }

    /// Option 12, the host name.
    public var hostName: String? {
        get { text(.hostName) }
        set { setText(.hostName, newValue) }
    }

    /// Option 28, the broadcast address.
    public var broadcastAddress: IPv4Address? {
        get { address(.broadcastAddress) }
        set { setAddresses(.broadcastAddress, newValue.map { [$0] }) }
    }

    /// Option 50, the address the client asks for.
    public var requestedAddress: IPv4Address? {
        get { address(.requestedAddress) }
        set { setAddresses(.requestedAddress, newValue.map { [$0] }) }
    }

    /// Option 51, the lease time in seconds.
    public var leaseSeconds: UInt32? {
        get { word(.leaseTime) }
        set { setWord(.leaseTime, newValue) }
    }

    /// Option 58, T1 in seconds.
    public var renewalSeconds: UInt32? {
        get { word(.renewalTime) }
        set { setWord(.renewalTime, newValue) }
    }

    /// Option 59, T2 in seconds.
    public var rebindingSeconds: UInt32? {
        get { word(.rebindingTime) }
        set { setWord(.rebindingTime, newValue) }
    }

    /// Option 54, the server's address.
    public var serverIdentifier: IPv4Address? {
        get { address(.serverIdentifier) }
        set { setAddresses(.serverIdentifier, newValue.map { [$0] }) }
    }

    /// Option 55, the codes the client would like to get; empty when it says nothing.
    public var parameterRequestList: [DHCPOptionCode] {
        get { (self[.parameterRequestList] ?? []).map(DHCPOptionCode.init(rawValue:)) }
        set { self[.parameterRequestList] = newValue.isEmpty ? nil : ArraySlice(newValue.map(\.rawValue)) }
    }

    /// Option 56, an error text.
    public var message: String? {
        get { text(.message) }
        set { setText(.message, newValue) }
    }

    /// Option 57, the largest message the sender takes, in octets.
    public var maximumMessageSize: UInt16? {
        get { half(self[.maximumMessageSize]) }
        set { self[.maximumMessageSize] = newValue.map { [UInt8($0 >> 8), UInt8($0 & 255)] } }
    }

    /// Option 60, the vendor class.
    public var vendorClass: String? {
        get { text(.vendorClass) }
        set { setText(.vendorClass, newValue) }
    }

    /// Option 61, the client identifier's octets.
    public var clientIdentifier: [UInt8]? {
        get { self[.clientIdentifier].map(Array.init) }
        set { self[.clientIdentifier] = newValue.map { ArraySlice($0) } }
    }

    /// Option 66, the TFTP server.
    public var tftpServerName: String? {
        get { text(.tftpServerName) }
        set { setText(.tftpServerName, newValue) }
    }

    /// Option 67, the boot file's name or URL.
    public var bootFileName: String? {
        get { text(.bootFileName) }
        set { setText(.bootFileName, newValue) }
    }

    // MARK: - Raw shapes

    private func byte(_ code: DHCPOptionCode) -> UInt8? {
        guard let data = self[code], data.count == 1 else { return nil }
        return data.first
    }

    func half(_ data: ArraySlice<UInt8>?) -> UInt16? {
        guard let data, data.count == 2 else { return nil }
        return data.reduce(0) { $0 << 8 | UInt16($1) }
    }

    private func word(_ code: DHCPOptionCode) -> UInt32? {
        guard let data = self[code], data.count == 4 else { return nil }
        return data.reduce(0) { $0 << 8 | UInt32($1) }
    }

    private mutating func setWord(_ code: DHCPOptionCode, _ value: UInt32?) {
        self[code] = value.map { ArraySlice(IPv4Address(value: $0).octets) }
    }

    private func address(_ code: DHCPOptionCode) -> IPv4Address? {
        word(code).map(IPv4Address.init(value:))
    }

    private func addresses(_ code: DHCPOptionCode) -> [IPv4Address] {
        guard let data = self[code], data.count % 4 == 0 else { return [] }
        return stride(from: data.startIndex, to: data.endIndex, by: 4).compactMap {
            IPv4Address(octets: data[$0..<$0 + 4])
        }
    }

    private mutating func setAddresses(_ code: DHCPOptionCode, _ values: [IPv4Address]?) {
        let octets = values?.flatMap(\.octets) ?? []
        self[code] = octets.isEmpty ? nil : ArraySlice(octets)
    }

    /// Text as DHCP carries it: without the NUL that some senders add; nil when it is not printable ASCII.
    private func text(_ code: DHCPOptionCode) -> String? {
        self[code].flatMap { DHCPText.decode($0) }
    }

    private mutating func setText(_ code: DHCPOptionCode, _ value: String?) {
        self[code] = value.map { ArraySlice($0.utf8) }
    }
}

/// Text fields of DHCP: printable ASCII, ended by the first NUL.
enum DHCPText {
    /// The text before the first NUL; nil when it holds anything but printable ASCII.
    static func decode(_ data: ArraySlice<UInt8>) -> String? {
        let text = data.prefix { $0 != 0 }
        guard text.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}
