// SPDX-License-Identifier: Apache-2.0

/// What a simulated machine notes in its `machine.log`, by the first word after the time.
public enum MachineEvent: String, Sendable, CaseIterable, Codable {
    /// The machine was switched on.
    case powerOn = "power-on"
    /// The machine was switched off, or has switched itself off.
    case powerOff = "power-off"
    /// The machine was reset.
    case reset
    /// The BMC asked the operating system to shut down.
    case softOff = "soft-off"
    /// The firmware's self-test began.
    case post
    /// The firmware tries to boot from a device.
    case boot
    /// A boot attempt came to nothing.
    case bootFailed = "boot-failed"
    /// The machine does nothing more until it is reset.
    case halted
    /// A DHCP server gave an address.
    case dhcp
    /// The boot program was loaded.
    case program
    /// iPXE runs a script.
    case script
    /// iPXE printed a text.
    case echo
    /// iPXE loaded a file.
    case loaded
    /// A kernel was started.
    case kernel
    /// The agent reported the hardware.
    case inventory
    /// The agent asked to begin and was answered.
    case begin
    /// Installing began.
    case installBegin = "install-begin"
    /// The first byte is about to be written to the disk.
    case writeStart = "write-start"
    /// The whole image is on the disk.
    case writeDone = "write-done"
    /// The seed files are on the disk.
    case seed
    /// The server confirmed the installation.
    case complete
    /// The agent gave up.
    case failed
    /// A request is tried again.
    case retry
    /// The operating system on the disk runs.
    case os
    /// The operating system reported itself to the server.
    case phoneHome = "phone-home"
    /// The BMC process ended.
    case bmc
}
