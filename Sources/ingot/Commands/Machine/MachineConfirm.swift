// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import NIOHTTP1

/// `ingot machine confirm`.
struct MachineConfirm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Say that you have pressed the button that a job waits for.",
        discussion: """
            For machines that nothing controls: the job says what it wants done, and waits. `--action` names what you did, \
            so that nothing else is confirmed; without it, it is what the job asks for now.
            """)

    /// What a person can have done.
    enum Action: String, ExpressibleByArgument, CaseIterable {
        case on
        case off
    }

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: "on or off.")
    var action: Action?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let client = try options.client()
        let asked: String
        if let action {
            asked = action.rawValue
        } else {
            asked = try await self.asked(client)
        }
        let answer = try await client.send(
            .POST, ["machines", name, "confirm"], body: .object(["action": .string(asked)]))
        Output.standard.print(answer, options.output) {
            "machine \(Terminal.printable(name)): switched \(asked), job \(answer["id"].text ?? "-") goes on"
        }
    }

    /// What the machine's job asks a person for now.
    private func asked(_ client: APIClient) async throws -> String {
        let machine = try await client.show(["machines", name])
        if let id = machine["job"].text, let task = try JobView(try await client.job(id)).waiting?.person {
            return task
        }
        throw CommandError(.refused, "no job waits for a person at machine \(Terminal.printable(name))")
    }
}
