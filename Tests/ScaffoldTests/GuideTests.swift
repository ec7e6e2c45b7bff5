// SPDX-License-Identifier: Apache-2.0
import Foundation
import Scaffold
import Testing

/// What docs/driver-guide.md tells a reader to type.
@Suite("The driver guide") struct GuideTests {
    static let text: String = {
        let file = URL(filePath: DriverLab.root).appending(path: "docs/driver-guide.md")
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }()

    /// The blocks that are marked for it, in order.
    static let commands: [String] = {
        var blocks: [String] = []
        var block: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "```sh test" {
                block = []
            } else if line == "```", let lines = block {
                blocks.append(lines.joined(separator: "\n"))
                block = nil
            } else {
                block?.append(line)
            }
        }
        return blocks
    }()

    @Test(.enabled(if: DriverLab.has(.c) && Command.exists("git"), "make, pkg-config, cc or git is not installed"))
    func everyCommandWorks() throws {
        #expect(Self.commands.count >= 10)
        let lab = try DriverLab.shared.get()
        let place = lab.directory + "/guide"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let port = try Self.freePort()
        let script = """
            set -euo pipefail
            umask 022
            trap 'status=$?; for job in $(jobs -p); do kill "$job" 2>/dev/null || true; done; exit $status' EXIT
            set -x

            """
            + Self.commands.map { $0.replacingOccurrences(of: "7623", with: "\(port)") }.joined(separator: "\n\n")
            .replacingOccurrences(of: "--profile basic", with: "--profile basic --fast")
        try script.write(toFile: place + "/guide.sh", atomically: false, encoding: .utf8)
        let path = DriverLab.products.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
        let done = try Command.shell(
            "timeout --kill-after=5 400 bash guide.sh 2>&1", in: place,
            environment: lab.environment.merging(["PATH": path, "CHECKFLAGS": "--fast"]) { $1 })
        #expect(done.status == 0, "\(done.output.suffix(6000))")
    }

    @Test func itsLinksLeadSomewhere() throws {
        let docs = URL(filePath: DriverLab.root).appending(path: "docs")
        for link in Self.text.matches(of: /\]\(([a-z\/.-]+\.md)\)/) {
            let file = docs.appending(path: String(link.1)).path
            #expect(FileManager.default.fileExists(atPath: file), "\(link.1)")
        }
        let headings = Self.text.split(separator: "\n").filter { $0.hasPrefix("## ") }
            .map { $0.dropFirst(3).lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" } }
            .map { $0.replacingOccurrences(of: " ", with: "-") }
        for link in Self.text.matches(of: /\]\(#([a-z0-9-]+)\)/) {
            #expect(headings.contains(String(link.1)), "#\(link.1)")
        }
    }

    /// The functions and types it names are in the headers.
    @Test func whatItNamesExists() throws {
        let headers = try ["SDK/include/ingot-kit.h", "Sources/PluginAPI/include/ingot.h"].map { name in
            try String(contentsOf: URL(filePath: DriverLab.root).appending(path: name), encoding: .utf8)
        }
        let names = Set(Self.text.matches(of: /ingot_[a-z0-9_]+/).map { String($0.0) })
        #expect(names.count > 20)
        for name in names { #expect(headers.contains { $0.contains(name) }, "\(name)") }
    }

    private static func freePort() throws -> Int {
        let text = try Command.run(
            "python3 -c 'import socket; s = socket.socket(); s.bind((\"127.0.0.1\", 0)); print(s.getsockname()[1])'")
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 7623
    }
}
