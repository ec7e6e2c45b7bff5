// SPDX-License-Identifier: Apache-2.0

/// How the boot services are reached and what they say.
public struct PXEConfiguration: Sendable {
    /// The interface of the deployment network; nil binds to ``bindAddress`` alone, which serves relay agents only.
    public var interface: String?
    /// The address that sockets are bound to; nil for ``serverAddress``. With an interface, DHCP listens on it whole.
    public var bindAddress: IPv4Address?
    /// This host's address on the deployment network, told to machines.
    public var serverAddress: IPv4Address
    /// The deployment network; reservations and relay agents outside of it are refused.
    public var subnet: IPv4Subnet
    /// The default router told to machines.
    public var router: IPv4Address?
    /// The name servers told to machines, at most eight.
    public var domainNameServers: [IPv4Address]
    /// The DHCP port; 0 picks a free one.
    public var dhcpPort: Int
    /// The TFTP port; 0 picks a free one.
    public var tftpPort: Int
    /// The HTTP port; 0 picks a free one.
    public var httpPort: Int
    /// The folder with undionly.kpxe, ipxe.efi and snponly.efi.
    public var bootProgramDirectory: String
    /// Files that machines may load by TFTP and below `/programs/` by HTTP: paths by name.
    public var files: [String: String]
    /// The boot program of machines that are not x86, by its name in ``files``.
    public var bootFiles: [BootArchitecture: String]
    /// The lease time, at least 60 seconds.
    public var leaseSeconds: UInt32

    /// Describes the services; ports and folder are the usual ones unless given.
    public init(
        interface: String? = nil, bindAddress: IPv4Address? = nil, serverAddress: IPv4Address, subnet: IPv4Subnet,
        router: IPv4Address? = nil, domainNameServers: [IPv4Address] = [], dhcpPort: Int = 67, tftpPort: Int = 69,
        httpPort: Int = 8080, bootProgramDirectory: String = "/usr/lib/ipxe", files: [String: String] = [:],
        bootFiles: [BootArchitecture: String] = [:], leaseSeconds: UInt32 = 3600
    ) {
        self.interface = interface
        self.bindAddress = bindAddress
        self.serverAddress = serverAddress
        self.subnet = subnet
        self.router = router
        self.domainNameServers = domainNameServers
        self.dhcpPort = dhcpPort
        self.tftpPort = tftpPort
        self.httpPort = httpPort
        self.bootProgramDirectory = bootProgramDirectory
        self.files = files
        self.bootFiles = bootFiles
        self.leaseSeconds = leaseSeconds
    }
}

extension PXEConfiguration {
    /// Where machines find the services once HTTP has its port.
    func site(httpPort: Int) -> BootSite {
        BootSite(server: serverAddress, httpPort: httpPort, bootFiles: bootFiles)
    }
}

/// The ports that the running services really have.
public struct PXEPorts: Hashable, Sendable {
    /// UDP.
    public var dhcp: Int
    /// UDP.
    public var tftp: Int
    /// TCP.
    public var http: Int
}
