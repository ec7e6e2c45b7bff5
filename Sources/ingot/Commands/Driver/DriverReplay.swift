// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Trace

/// `ingot driver replay`.
struct DriverReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Make the calls of a trace again, without the device, and compare what comes of them.",
        discussion: """
            Ends with 0 when every call ended as recorded, or as a replay test expects. --make-test turns a trace or a \
            support bundle into a replay test: a directory in which every call that failed is expected to succeed \
            (--expect says otherwise), so that it fails until the driver is mended.
            """)

    @Argument(
        help: ArgumentHelp(
            "A trace, a support bundle (.tar.gz), or the directory of a replay test.", valueName: "trace"))
    var trace: String

    @Option(help: ArgumentHelp("The plugin: its .so, or its directory.", valueName: "plugin"))
    var plugin: String?

    @Option(help: ArgumentHelp("Write a replay test to this directory and end.", valueName: "directory"))
    var makeTest: String?

    @Option(
        help: ArgumentHelp("With --make-test: how a call is to end, such as power.get=ok.", valueName: "call=status"))
    var expect: [String] = []

    @Option(help: ArgumentHelp("Keep what was said this time.", valueName: "file"))
    var save: String?

    @Option(help: "Seconds for each call.")
    var timeout = 30.0

    func validate() throws {
        guard makeTest != nil || plugin != nil else { throw ValidationError("name the plugin with --plugin") }
        guard timeout > 0, timeout <= 3600 else {
            throw ValidationError("--timeout is more than 0 and at most 3600 seconds")
        }
    }

    func run() async throws {
        let test = try DriverTraces.translating { try ReplayTest(path: trace) }
        if let makeTest {
            let made = try DriverTraces.translating { try test.expecting(expect) }
            try DriverTraces.translating { try made.write(to: makeTest) }
            Output.standard.line("run it with: ingot driver replay \(makeTest) --plugin PLUGIN")
            return
        }
        let staged = try DriverTraces.stage(plugin ?? "")
        let replay = try await DriverTraces.translatingAsync {
            try await DriverRun.replay(
                test.trace, plugin: staged, workerPath: DriverTraces.workerPath, deadline: .seconds(timeout),
                logger: DriverTraces.logger)
        }
        if let save { try DriverTraces.write(try replay.trace.encoded(), to: save) }
        let rows = test.judge(replay)
        Output.standard.write(Self.text(rows, replay))
        let bad = rows.count { !$0.differences.isEmpty }
        guard bad == 0 else { throw CommandError(.failed, "\(bad) of \(rows.count) calls ended otherwise") }
    }

    /// One line a call, and below it what differs.
    static func text(_ rows: [Comparison.Row], _ replay: Replay) -> String {
        var text = ""
        for row in rows {
            text += "\(row.differences.isEmpty ? "same  " : "differs") \(Terminal.printable(row.title))\n"
            for difference in row.differences { text += "        \(Terminal.printable(difference))\n" }
        }
        for request in replay.unknownRequests { text += "never recorded: \(Terminal.printable(request))\n" }
        return text
    }
}

/// `ingot driver compare`.
struct DriverCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two traces of the same calls, such as before and after a firmware update.")

    @Argument(help: ArgumentHelp("A trace or a support bundle.", valueName: "first"))
    var first: String

    @Argument(help: ArgumentHelp("Another one.", valueName: "second"))
    var second: String

    func run() throws {
        let (left, right) = try DriverTraces.translating {
            (try ReplayTest(path: first).trace, try ReplayTest(path: second).trace)
        }
        let comparison = Comparison(RecordedCall.all(in: left), RecordedCall.all(in: right))
        for row in comparison.rows {
            Output.standard.line("\(row.differences.isEmpty ? "same  " : "differs") \(Terminal.printable(row.title))")
            for difference in row.differences { Output.standard.line("        \(Terminal.printable(difference))") }
        }
        guard comparison.isSame else { throw CommandError(.failed, "the traces differ") }
    }
}
