// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `ingot machine …`.
struct MachineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "machine",
        abstract: "Physical servers and their BMCs.",
        subcommands: [
            MachineAdd.self, MachineUpdate.self, MachineList.self, MachineShow.self, MachinePower.self,
            MachineConfirm.self, MachineBoot.self, MachineProbe.self, MachineInspect.self, MachineInventory.self,
            MachineSensors.self, MachineEvents.self, MachineClearEvents.self, MachineWeb.self, MachineDoctor.self,
            MachineHold.self, MachineDelete.self,
        ])
}
