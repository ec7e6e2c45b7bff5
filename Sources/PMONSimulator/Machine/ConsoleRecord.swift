// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// Where a console's output goes: to its clients, to a file, and into memory for those who look.
final class ConsoleRecord: Sendable {
    /// Octets kept in memory.
    static let memoryCapacity = 1 << 20
    /// Octets written to the file.
    static let fileCapacity = 16 << 20

    private let file: String
    private let clients: ConsoleClients
    /// Files are not written on event loops.
    private let writer = DispatchQueue(label: "dev.ingot.sim.pmon")
    private let kept = Mutex<(bytes: [UInt8], written: Int)>(([], 0))

    init(file: String, clients: ConsoleClients) {
        self.file = file
        self.clients = clients
    }

    var recent: [UInt8] { kept.withLock { $0.bytes } }

    func print(_ bytes: [UInt8]) {
        let isWritten = kept.withLock { kept in
            kept.bytes += bytes
            // In big steps, as each one moves all that stays.
            if kept.bytes.count > Self.memoryCapacity * 2 {
                kept.bytes.removeFirst(kept.bytes.count - Self.memoryCapacity)
            }
            guard kept.written < Self.fileCapacity else { return false }
            kept.written += bytes.count
            return true
        }
        clients.send(bytes)
        guard isWritten else { return }
        writer.async { [file] in
            let descriptor = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return }
            defer { Glibc.close(descriptor) }
            _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        }
    }

    func save(_ environment: PMONEnvironment, file: String) {
        writer.async { try? Data(environment.text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic) }
    }

    /// Ends the clients' connections, and waits until everything is written.
    func close() async {
        await clients.closeAll()
        await withCheckedContinuation { continuation in writer.async { continuation.resume() } }
    }
}
