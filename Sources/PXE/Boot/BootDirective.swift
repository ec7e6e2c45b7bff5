// SPDX-License-Identifier: Apache-2.0

/// What an enrolled machine is to do when it boots from the network.
public enum BootDirective: Hashable, Sendable {
    /// Nothing: the machine is answered like an unknown one, on every protocol.
    case ignore
    /// Boot from its own disk; address requests of its operating system are answered.
    case local
    /// Start the given kernel.
    case install(InstallBoot)
}

/// One network start of a kernel, bound to a machine by a one-time token.
public struct InstallBoot: Hashable, Sendable {
    /// The one-time token in the URLs of kernel and ramdisk: 8 to 128 characters of `A-Z a-z 0-9 - _`.
    public var token: String
    /// The path of the kernel file on this host.
    public var kernel: String
    /// The path of the initial ramdisk file on this host.
    public var initrd: String
    /// The kernel's command line, checked by ``IPXEScript`` before it is sent.
    public var commandLine: String

    /// Describes one network start.
    public init(token: String, kernel: String, initrd: String, commandLine: String) {
        self.token = token
        self.kernel = kernel
        self.initrd = initrd
        self.commandLine = commandLine
    }
}

/// A machine that the boot services know.
public struct EnrolledClient: Hashable, Sendable {
    /// The MAC address of the network port it boots from.
    public var mac: MACAddress
    /// The address reserved for it.
    public var address: IPv4Address
    /// The host name given to it by DHCP, or nil; at most 63 characters of `A-Z a-z 0-9 - .`.
    public var hostname: String?
    /// What it is to do.
    public var directive: BootDirective

    /// Describes a machine.
    public init(mac: MACAddress, address: IPv4Address, hostname: String? = nil, directive: BootDirective = .local) {
        self.mac = mac
        self.address = address
        self.hostname = hostname
        self.directive = directive
    }
}
