// SPDX-License-Identifier: Apache-2.0
import CLinux
import Dispatch
import Foundation
import Synchronization

/// A child process that cannot outlive this one, not even when this one is killed.
public final class ChildProcess: Sendable {
    /// The process id.
    public let pid: Int32
    private let descriptor: Int32
    private let state = Mutex(State())

    private struct State {
        var status: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
        var stop: (@Sendable () -> Void)?
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: the program's absolute path.
    ///   - arguments: what follows the program's name.
    ///   - output: file that takes both output streams; `/dev/null` without one.
    /// - Throws: `SimulatorError.child` when it cannot be started.
    public init(path: String, arguments: [String], directory: String? = nil, output: String? = nil) throws {
        var log: Int32 = -1
        if let output {
            log = open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
            guard log >= 0 else {
                throw SimulatorError.file(path: output, reason: String(cString: strerror(errno)))
            }
        }
        defer { if log >= 0 { close(log) } }
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        let pid = words.withUnsafeMutableBufferPointer { buffer -> Int32 in
            guard let base = buffer.baseAddress else { return -EINVAL }
            return clinux_spawn_tied(path, base, directory, -1, log, log)
        }
        guard pid > 0 else {
            throw SimulatorError.child(program: path, reason: String(cString: strerror(-pid)))
        }
        self.pid = pid
        descriptor = clinux_child_pidfd(pid)
        watch()
    }

    /// Whether the process has not ended yet.
    public var isRunning: Bool { state.withLock { $0.status == nil } }

    /// Waits for the end; the exit code, or 128 + the number of the signal that ended it.
    public func wait() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state -> Int32? in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// Sends a signal, if the process still runs. Its id cannot have been given to another: it is not reaped yet.
    public func send(_ signal: Int32) {
        state.withLock { if $0.status == nil { kill(pid, signal) } }
    }

    /// Ends the process: SIGTERM, and SIGKILL when that has no effect within the grace time.
    public func terminate(grace: Duration = .seconds(1)) async {
        send(SIGTERM)
        let late = Task {
            try await Task.sleep(for: grace)
            send(SIGKILL)
        }
        _ = await wait()
        late.cancel()
    }

    private func watch() {
        guard descriptor >= 0 else { return reap() }
        // Dispatch sources may be used from any thread.
        nonisolated(unsafe) let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
        source.setEventHandler { self.reap() }
        let descriptor = descriptor
        source.setCancelHandler { close(descriptor) }
        state.withLock { $0.stop = { source.cancel() } }
        source.resume()
    }

    private func reap() {
        let (waiting, status) = state.withLock { state -> ([CheckedContinuation<Int32, Never>], Int32) in
            var status: Int32 = 0
            guard state.status == nil, clinux_child_reap(pid, &status) != 0 else { return ([], 0) }
            state.status = status
            state.stop?()
            state.stop = nil
            defer { state.waiting = [] }
            return (state.waiting, status)
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }
}
