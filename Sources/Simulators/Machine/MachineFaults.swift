// SPDX-License-Identifier: Apache-2.0

/// Trouble that a simulated machine can make.
public struct MachineFaults: Sendable, Hashable {
    /// The BMC accepts and reports boot devices, but the firmware keeps to its own order.
    public var ignoresOverride = false
    /// The BMC process is killed right after this event.
    public var bmcVanishesAfter: MachineEvent?
    /// One bit of the image is turned over on its way to the disk.
    public var corruptsImage = false
    /// The image is fetched at no more than this many bytes per second.
    public var imageBytesPerSecond: Int?
    /// The firmware hangs in its self-test.
    public var neverBoots = false

    /// No trouble.
    public init() {}
}
