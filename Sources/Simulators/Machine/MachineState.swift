// SPDX-License-Identifier: Apache-2.0

/// Where a simulated machine is.
public enum MachineState: Sendable, Hashable {
    /// Without power.
    case off
    /// In the firmware's self-test.
    case post
    /// In the firmware, looking for a device to boot from.
    case booting
    /// Asking for an address.
    case dhcp(ClientStage)
    /// Loading the boot program.
    case loading
    /// Running an iPXE script.
    case script
    /// Running the agent.
    case agent
    /// Running the operating system on the disk.
    case os
    /// Shutting the operating system down.
    case stopping
    /// Waiting before the boot order is tried again.
    case noBootDevice
    /// Standing still until a reset, for this reason.
    case halted(String)
}

/// Which program of a machine speaks DHCP.
public enum ClientStage: String, Sendable, Hashable, CaseIterable {
    /// The firmware's PXE or HTTP boot.
    case firmware
    /// iPXE.
    case ipxe
    /// The agent's kernel.
    case agent
    /// The installed operating system.
    case os
}
