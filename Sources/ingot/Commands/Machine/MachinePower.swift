// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import NIOHTTP1

/// `ingot machine power`.
struct MachinePower: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "power", abstract: "Read or change a machine's power state.",
        discussion: """
            What one machine takes depends on its BMC: `ingot machine show NAME` tells it, and an action that the machine \
            does not have is refused with the reason and with those that it has.
            """)

    /// What can be asked for.
    enum Action: String, ExpressibleByArgument, CaseIterable {
        case status
        case on
        case off
        case softOff = "soft-off"
        case cycle
        case reset
        case nmi
    }

    @Argument(help: "The machine's name.")
    var name: String

    @Argument(help: "status, on, off, soft-off, cycle, reset or nmi (a crash dump).")
    var action = Action.status

    @OptionGroup var wait: WaitOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let client = try options.client()
        guard action != .status else {
            let answer = try await client.show(["machines", name, "power"])
            Output.standard.print(answer, options.output) { Terminal.printable(answer["state"].text ?? "unknown") }
            return
        }
        let body = JSONValue.object(["action": .string(action.rawValue)])
        let job = try await Offers.explaining("power", of: name, client) {
            try await client.start(.POST, ["machines", name, "power"], body: body)
        }
        try await wait.finish(job, client: client, format: options.output)
    }
}
