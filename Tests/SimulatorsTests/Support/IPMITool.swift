// SPDX-License-Identifier: Apache-2.0
import Foundation
import Simulators

/// The real `ipmitool`, the judge of what a BMC does.
struct IPMITool {
    let bmc: MachineDescription.BMC

    /// Runs a command and returns what it printed.
    ///
    /// - Throws: `Failed` when its exit code is not 0.
    @discardableResult
    func run(_ arguments: String...) async throws -> String {
        let base = [
            "-I", "lanplus", "-H", bmc.host, "-p", String(bmc.port), "-U", bmc.user, "-f", bmc.passwordFile, "-C", "3",
            "-N", "2", "-R", "2",
        ]
        let arguments = base + arguments
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try Self.execute(arguments) })
            }
        }
    }

    /// Whether the chassis power is on.
    func isOn() async throws -> Bool {
        try await run("power", "status").contains("is on")
    }

    /// A run that failed.
    struct Failed: Error {
        let output: String
    }

    private static func execute(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ipmitool")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationStatus == 0 else { throw Failed(output: text) }
        return text
    }
}
