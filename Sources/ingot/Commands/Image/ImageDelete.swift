// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import NIOHTTP1

/// `ingot image delete`.
struct ImageDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an image that no instance uses.")

    @Argument(help: "The image's name.")
    var name: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let answer = try await options.client().send(.DELETE, ["images", name])
        Output.standard.print(answer, options.output) { "image \(Terminal.printable(name)) deleted" }
    }
}
