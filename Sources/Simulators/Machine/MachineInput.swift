// SPDX-License-Identifier: Apache-2.0
public import PXE

/// Something that happens to a simulated machine.
public enum MachineInput: Sendable, Equatable {
    /// The BMC switches the machine on.
    case powerOn
    /// The BMC switches the machine off.
    case powerOff
    /// The BMC resets the machine.
    case reset
    /// The BMC asks the operating system to shut down.
    case softOff
    /// A device is gone that the machine cannot live without.
    case stall
    /// The running activity ended.
    case finished(ActivityResult)
}

/// What a machine does at one time; each ends with one result unless it is stopped.
public enum Activity: Sendable, Equatable {
    /// The firmware's self-test.
    case post
    /// Reading the BMC's boot override; a one-shot override is used up by it.
    case readBootOverride
    /// A whole DHCP exchange.
    case dhcp(ClientStage)
    /// Loading the boot program by TFTP.
    case loadByTFTP(server: IPv4Address, name: String)
    /// Loading the boot program by HTTP.
    case loadByHTTP(url: String)
    /// Running an iPXE script and all that it loads.
    case runScript(url: String)
    /// Looking whether the disk holds a finished installation.
    case checkDisk
    /// The agent, from its inventory to the reboot.
    case runAgent(KernelCommandLine)
    /// The operating system on the disk.
    case runOS
    /// The operating system's way down.
    case shutDown
    /// The pause before the boot order is tried again.
    case waitBeforeRetry
}

/// How an activity ended.
public enum ActivityResult: Sendable, Equatable {
    /// The time is over.
    case elapsed
    /// The BMC's boot override.
    case bootOverride(BootOverride)
    /// An address and what came with it.
    case lease(BootLease)
    /// The boot program has arrived.
    case programLoaded
    /// The script ended.
    case script(ScriptEnd)
    /// Whether the disk can be booted.
    case diskBootable(Bool)
    /// The agent wants to reboot.
    case agentReboots
    /// The agent stands still.
    case agentHalted(String)
    /// The activity failed.
    case failed(String)
}

/// What a DHCP server gave.
public struct BootLease: Sendable, Equatable {
    /// The machine's address.
    public var address: IPv4Address
    /// The server with the boot file: siaddr, or option 66 when it is an address, or the DHCP server.
    public var bootServer: IPv4Address
    /// The boot file's name or URL, if any.
    public var bootFile: String?

    /// Describes a lease.
    public init(address: IPv4Address, bootServer: IPv4Address, bootFile: String?) {
        self.address = address
        self.bootServer = bootServer
        self.bootFile = bootFile
    }
}

/// How an iPXE script ended.
public enum ScriptEnd: Sendable, Equatable {
    /// It started a kernel with this command line.
    case kernel(commandLine: String)
    /// It left iPXE with an exit status.
    case exit(Int)
    /// It boots the local disk by itself.
    case localDisk
    /// It restarts the machine.
    case reboot
    /// It switches the machine off.
    case powerOff
    /// A command failed and nothing caught it.
    case failed(String)
}
