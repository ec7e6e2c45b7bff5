// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import IPMISimulator
import Testing

/// Serial-over-LAN as `ipmiconsole` and `ipmitool` see it, each on a terminal that Python makes.
@Suite(
    .enabled(if: ForeignTool.has("ipmiconsole") && ForeignTool.has("ipmitool") && ForeignTool.has("python3")),
    .timeLimit(.minutes(1)))
struct ConsoleClientTests {
    /// Runs a program on a terminal: waits for the first text, types the second, waits for the third, types the last.
    private static let driver = """
        import os, pty, select, sys, time
        first, typed, answer, leave = [a.encode().decode('unicode_escape').encode() for a in sys.argv[1:5]]
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp(sys.argv[5], sys.argv[5:])
        seen = b''
        def wait(text):
            global seen
            end = time.time() + 15
            while text not in seen and time.time() < end:
                if select.select([terminal], [], [], 0.1)[0]:
                    try:
                        part = os.read(terminal, 65536)
                    except OSError:
                        break
                    if not part:
                        break
                    seen += part
            print(text in seen)
            sys.stdout.flush()
        wait(first)
        os.write(terminal, typed)
        wait(answer)
        os.write(terminal, leave)
        wait(b'clos' if sys.argv[5] == 'ipmiconsole' else b'terminated')
        print(os.waitpid(pid, 0)[1])
        print(seen)
        """

    private func hold(_ first: String, _ typed: String, _ answer: String, _ command: [String]) async -> ForeignTool.Run
    {
        let leave = command[0] == "ipmiconsole" ? "&." : "~."
        return await ForeignTool.run("python3", ["-c", Self.driver, first, typed, answer, leave] + command, limit: 50)
    }

    private func ipmiconsole(_ bench: Bench, _ suite: Int) -> [String] {
        [
            "ipmiconsole", "-h", "127.0.0.1:\(bench.server.port)", "-u", "admin", "-p", "secret", "-l", "ADMIN", "-I",
            "\(suite)",
        ]
    }

    @Test(arguments: [3, 17])
    func ipmiconsoleTypesAndReads(suite: Int) async throws {
        try await withBMC { bench in
            let run = await hold("established", "hello\\r", "hello\\r\\nsim0001 login: ", ipmiconsole(bench, suite))
            #expect(run.output.hasPrefix("True\nTrue\nTrue\n0\n"), "\(run)")
            #expect(await eventually { bench.server.statistics.sessionsOpen == 0 })
            // What was typed first in the last session does not get lost in the next one.
            let again = await hold("established", "x\\r", "x\\r\\nsim0001 login: ", ipmiconsole(bench, suite))
            #expect(again.output.hasPrefix("True\nTrue\nTrue\n0\n"), "\(again)")
        }
    }

    @Test func ipmitoolSeesTheMachineBoot() async throws {
        try await withBMC { bench in
            let machine = bench.machine
            Task {
                while machine.snapshot.power == .on, bench.server.statistics.count(0x06, 0x48) == 0 {
                    try? await Task.sleep(for: .milliseconds(50))
                }
                _ = machine.perform(.reset)
            }
            let run = await hold(
                "operational", "", "Booting from pxe (uefi)",
                [
                    "ipmitool", "-I", "lanplus", "-H", "127.0.0.1", "-p", "\(bench.server.port)", "-U", "admin", "-P",
                    "secret", "-C", "17", "sol", "activate",
                ])
            #expect(run.output.hasPrefix("True\nTrue\nTrue\n"), "\(run)")
        }
    }
}
