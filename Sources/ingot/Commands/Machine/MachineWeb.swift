// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Foundation

/// `ingot machine web`.
struct MachineWeb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "web", abstract: "Show or open the BMC's own page.",
        discussion: """
            The address is what the machine's driver tells, or what "ingot machine update NAME --web URL" set. Without \
            --open it is printed.
            """)

    @Argument(help: "The machine's name.")
    var name: String

    @Flag(help: "Open it with the desktop's browser (xdg-open).")
    var open = false

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let machine = try await options.client().show(["machines", name])
        guard let page = machine["web"].text else {
            throw CommandError(
                .refused,
                "no driver of machine \(name) tells a page of its BMC; set one with: ingot machine update --web")
        }
        guard open else {
            Output.standard.print(.object(["web": .string(page)]), options.output) { Terminal.printable(page) }
            return
        }
        let browser = Process()
        browser.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        browser.arguments = ["xdg-open", page]
        do { try browser.run() } catch {
            throw CommandError(.local, "xdg-open cannot be started: \(error.localizedDescription)")
        }
        browser.waitUntilExit()
        guard browser.terminationStatus == 0 else {
            throw CommandError(.local, "xdg-open did not open \(page): it ended with \(browser.terminationStatus)")
        }
    }
}
