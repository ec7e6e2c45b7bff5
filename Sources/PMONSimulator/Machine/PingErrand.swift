// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOPosix
import PXE
import Simulators

/// Sends echo requests for the firmware, by the program `ping` of this host, which may use ICMP.
enum PingErrand {
    static func run(host: IPv4Address, from: IPv4Address, count: Int) async -> (lines: [String], isAnswered: Bool) {
        let output = FileManager.default.temporaryDirectory.path + "/ingot-ping-\(UUID().uuidString)"
        defer { unlink(output) }
        let programs: [String] = ["/usr/bin/ping", "/bin/ping"]
        guard let program = programs.first(where: { access($0, X_OK) == 0 }),
            let child = try? ChildProcess(
                path: program,
                arguments: ["-n", "-c", "\(count)", "-W", "1", "-i", "0.2", "-I", "\(from)", "\(host)"],
                output: output)
        else { return (["ping: unknown protocol icmp."], false) }
        _ = await withTaskCancellationHandler {
            await child.wait()
        } onCancel: {
            child.send(SIGKILL)
        }
        let data = try? await NIOThreadPool.singleton.runIfActive { FileManager.default.contents(atPath: output) }
        let text = String(decoding: data ?? Data(), as: UTF8.self)
        let answers = text.split(separator: "\n").filter { $0.contains(" bytes from ") }.map(String.init)
        let end = [
            "--- \(host) ping statistics ---",
            "\(count) packets transmitted, \(answers.count) packets received",
        ]
        return (answers + end, !answers.isEmpty)
    }
}
