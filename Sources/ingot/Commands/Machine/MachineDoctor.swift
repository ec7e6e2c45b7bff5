// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import NIOHTTP1

/// `ingot machine doctor`.
struct MachineDoctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what is wrong or unsafe with a machine and its BMC, and what mends it.",
        discussion: """
            Probes the machine's drivers and looks over the BMC's set-up: users, passwords that makers ship, cipher suites, \
            serial console, left-over sessions. Nothing is changed. The exit code is 1 when something critical was found.
            """)

    @Argument(help: "The machine's name.")
    var name: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let diagnosis = try await options.client().send(.POST, ["machines", name, "doctor"], timeout: 300)
        Output.standard.print(diagnosis, options.output) { Self.text(diagnosis) }
        if Self.isCritical(diagnosis) { throw ExitCode(CommandExit.failed.rawValue) }
    }

    static func isCritical(_ diagnosis: JSONValue) -> Bool {
        (diagnosis["findings"].elements ?? []).contains { $0["severity"].text == "critical" }
    }

    /// The findings as lines for people: what is found, and below it what mends it.
    static func text(_ diagnosis: JSONValue) -> String {
        let findings = diagnosis["findings"].elements ?? []
        guard !findings.isEmpty else { return "nothing found" }
        return findings.map { finding in
            let driver = finding["driver"].text.map { " (\($0))" } ?? ""
            let words = [finding["severity"].text ?? "", finding["id"].text ?? ""]
            let head = words.joined(separator: "  ") + "  " + (finding["message"].text ?? "") + driver
            let lines = [head] + (finding["remedy"].text.map { ["    remedy: " + $0] } ?? [])
            return lines.map(Terminal.printable).joined(separator: "\n")
        }.joined(separator: "\n")
    }
}
