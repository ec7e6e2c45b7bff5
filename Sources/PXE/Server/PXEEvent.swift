// SPDX-License-Identifier: Apache-2.0

/// Something that the boot services saw or did: the evidence of how a machine booted.
public struct PXEEvent: Hashable, Sendable {
    /// When it happened.
    public var time: Timestamp
    /// The machine, when it is known.
    public var mac: MACAddress?
    /// The machine's address, when it is known.
    public var address: IPv4Address?
    /// What happened.
    public var kind: Kind

    /// Describes an event.
    public init(time: Timestamp, mac: MACAddress? = nil, address: IPv4Address? = nil, kind: Kind) {
        self.time = time
        self.mac = mac
        self.address = address
        self.kind = kind
    }

    /// What happened.
    public enum Kind: Hashable, Sendable {
        /// A DHCPOFFER or DHCPACK went out, with what it told the machine to boot.
        case dhcp(stage: BootStage, reply: DHCPMessageType, answer: BootAnswer)
        /// A DHCPNAK went out.
        case dhcpRefused(reason: String)
        /// An enrolled machine was not answered on purpose.
        case dhcpIgnored(stage: BootStage, reason: BootAnswer.IgnoreReason)
        /// Machines that are not enrolled asked; `count` packets since the last such event, `mac` is the latest.
        case dhcpUnknown(count: Int)
        /// Malformed packets came; `count` since the last such event, `error` is the latest.
        case dhcpMalformed(count: Int, error: DHCPError)
        /// An enrolled machine could not be answered, for example because its lease could not be saved.
        case dhcpFailed(reason: String)
        /// The machine says that another host uses its address.
        case dhcpDeclined
        /// The machine gave its address back.
        case dhcpReleased
        /// A TFTP transfer began.
        case tftpStarted(name: String)
        /// A TFTP transfer was acknowledged to its last block.
        case tftpServed(name: String, bytes: Int)
        /// A TFTP transfer ended early or was refused.
        case tftpFailed(name: String, reason: String)
        /// An iPXE script went out.
        case scriptServed(Script)
        /// HTTP boot firmware asked for the URL that sends it on to its disk.
        case leftForDisk
        /// A file (kernel, initrd, a boot program or an agent's file) or a range of it went out by HTTP.
        case fileServed(name: String, offset: Int64, bytes: Int64)
        /// A file could not be sent to its end.
        case fileFailed(name: String, reason: String)
        /// An HTTP request was refused.
        case httpRefused(status: Int, path: String, reason: String)
    }

    /// Which script a machine got.
    public enum Script: String, Hashable, Sendable, Codable {
        /// It starts the installer's kernel.
        case install
        /// It goes on to the local disk.
        case local
    }
}
