// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// The named pipe through which the chassis script tells what was set.
final class EventPipe: Sendable {
    private let descriptor: Int32
    /// Dispatch sources may be used from any thread.
    nonisolated(unsafe) private let source: any DispatchSourceRead
    private let rest = Mutex<[UInt8]>([])

    /// Makes the pipe and listens to it.
    ///
    /// - Throws: `SimulatorError.file` when it cannot be made or opened.
    init(path: String, onEvent: @escaping @Sendable (ChassisEvent) -> Void) throws {
        unlink(path)
        guard mkfifo(path, 0o600) == 0 else {
            throw SimulatorError.file(path: path, reason: String(cString: strerror(errno)))
        }
        // Open for both directions: no end of file when the last writer is gone.
        descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SimulatorError.file(path: path, reason: String(cString: strerror(errno)))
        }
        let queue = DispatchQueue(label: "dev.ingot.sim.events")
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        let descriptor = descriptor
        source.setCancelHandler { Glibc.close(descriptor) }
        source.setEventHandler { [weak self] in
            guard let self else { return }
            for event in self.read() { onEvent(event) }
        }
        source.resume()
    }

    deinit {
        source.cancel()
    }

    /// Stops listening.
    func close() {
        source.cancel()
    }

    private func read() -> [ChassisEvent] {
        rest.withLock { rest in
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
                guard count > 0 else { break }
                rest += buffer[..<count]
            }
            guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
            let text = String(decoding: rest[...end], as: UTF8.self)
            rest.removeSubrange(...end)
            return text.split(separator: "\n").compactMap { ChassisEvent($0) }
        }
    }
}
