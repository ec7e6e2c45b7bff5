// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Net-SNMP's programs as the second client, on version 2c with a community that may write.
struct SNMPClient: Sendable {
    let port: UInt16
    /// Where it keeps what it keeps.
    let folder: URL

    struct Failure: Error { var reason: String }

    /// Runs `snmpget` or `snmpset`; the values that it prints.
    func ask(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/\(program)")
        process.arguments =
            ["-v2c", "-c", "private", "-r", "1", "-t", "2", "-Oqv", "-On", "127.0.0.1:\(port)"] + arguments
        process.environment = ["MIBS": "", "SNMP_PERSISTENT_DIR": folder.path + "/client"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(reason: "\(program) ended with an error") }
        return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What an APC rack PDU's state object says.
    func reads(_ outlet: Int) throws -> String {
        try ask("snmpget", [".1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.\(outlet)"]) == "1" ? "on" : "off"
    }

    /// Waits until an agent answers; whether it did.
    func waitUntilUp(seconds: Double) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if (try? ask("snmpget", [".1.3.6.1.2.1.1.1.0"])) != nil { return true }
            usleep(50_000)
        }
        return false
    }
}
