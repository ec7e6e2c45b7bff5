// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control

/// `ingot instance list`.
struct InstanceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all instances.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let instances = try await options.client().list(["instances"], key: "instances")
        Output.standard.print(instances, options.output) { Self.table(instances).rendered() }
    }

    /// The instances as a table.
    static func table(_ instances: JSONValue) -> Table {
        var table = Table(["NAME", "STATE", "MACHINE", "IMAGE", "HOSTNAME", "CREATED"])
        for instance in instances.elements ?? [] {
            table.add([
                instance["name"].text, instance["state"].text, instance["machine"].text, instance["image"].text,
                instance["hostname"].text, Timestamp.date(instance["created"]).map(Timestamp.text),
            ])
        }
        return table
    }
}
