// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import Simulators

extension MachineEvent: ExpressibleByArgument {}

/// Trouble that simulated machines make.
struct SimFaultOptions: ParsableArguments {
    @Flag(help: "The BMC accepts boot devices, but the firmware keeps to its own order.")
    var ignoreOverride = false

    @Option(help: ArgumentHelp("Kill the BMC's process after this event of machine.log.", valueName: "event"))
    var bmcVanishAfter: MachineEvent?

    @Flag(help: "Turn one bit of the image over on its way to the disk.")
    var failDigest = false

    @Option(help: ArgumentHelp("Fetch images at this rate.", valueName: "bytes per second"))
    var slow: Int?

    @Flag(help: "Hang in the firmware's self-test.")
    var neverBoot = false

    func validate() throws {
        if let slow, slow < 1 { throw ValidationError("--slow must be at least 1 byte per second") }
    }

    /// The trouble that was asked for.
    var faults: MachineFaults {
        var faults = MachineFaults()
        faults.ignoresOverride = ignoreOverride
        faults.bmcVanishesAfter = bmcVanishAfter
        faults.corruptsImage = failDigest
        faults.imageBytesPerSecond = slow
        faults.neverBoots = neverBoot
        return faults
    }
}
