// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `ingot machine inventory`.
struct MachineInventory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory", abstract: "Read a machine's components from its BMC now.")

    @Argument(help: "The machine's name.")
    var name: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let components = try await options.client().list(["machines", name, "inventory"], key: "inventory")
        Output.standard.print(components, options.output) {
            InventoryText.lines(components).joined(separator: "\n")
        }
    }
}
