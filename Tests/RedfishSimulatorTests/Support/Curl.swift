// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The curl program, as a client that Ingot did not write.
enum Curl {
    /// Its exit status; 60 is a certificate that it does not accept.
    static func run(_ arguments: [String], trusting certificate: String? = nil) async -> Int32 {
        await output(arguments, trusting: certificate).status
    }

    static func output(
        _ arguments: [String], trusting certificate: String? = nil
    ) async -> (status: Int32, text: String) {
        var all = ["--silent", "--show-error", "--max-time", "10"] + arguments
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-\(UUID().uuidString).pem")
        defer { try? FileManager.default.removeItem(at: file) }
        if let certificate {
            try? Data(certificate.utf8).write(to: file)
            all += ["--cacert", file.path]
        }
        return await Tool.run("/usr/bin/curl", all)
    }
}

/// Runs a program to its end on a thread of its own.
enum Tool {
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) async -> (status: Int32, text: String) {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: program)
                process.arguments = arguments
                var inherited = ProcessInfo.processInfo.environment
                // These would overrule what a client is told about certificates.
                for name in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
                    if environment[name] == nil, name != "SSL_CERT_FILE" || program.contains("curl") {
                        inherited[name] = nil
                    }
                }
                process.environment = inherited.merging(environment) { $1 }
                let pipe = Pipe()
                process.standardOutput = pipe
                process.standardError = pipe
                process.standardInput = FileHandle.nullDevice
                do { try process.run() } catch {
                    return continuation.resume(returning: (-1, "\(error)"))
                }
                let data = pipe.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(returning: (process.terminationStatus, String(decoding: data, as: UTF8.self)))
            }
        }
    }
}
