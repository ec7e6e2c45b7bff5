// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc

/// A worker's process: its pidfd and the pipe behind its standard output and error.
final class WorkerProcess: Sendable {
    let pid: Int32
    let descriptor: Int32
    let output: Int32

    /// Starts `path` with `channel` as its descriptor 3.
    /// - Parameter libraries: a directory the loader looks into, beside its own.
    /// - Throws: `WorkerFault` that says what the system refused.
    init(path: String, plugin: String, channel: Int32, libraries: String? = nil) throws(WorkerFault) {
        var pipe: [Int32] = [-1, -1]
        let error = pipe.withUnsafeMutableBufferPointer { clinux_output_pipe($0.baseAddress) }
        guard error == 0 else { throw WorkerFault(reason: "no pipe: \(Self.text(error))") }
        defer { close(pipe[1]) }
        let arguments = CStrings([path, plugin])
        let environment = CStrings(Self.environment(libraries))
        var pid: pid_t = 0
        let failure = clinux_spawn(path, arguments.pointer, environment.pointer, channel, pipe[1], &pid)
        guard failure == 0 else {
            close(pipe[0])
            throw WorkerFault(reason: "cannot start \(path): \(Self.text(failure))")
        }
        let descriptor = clinux_pidfd_open(pid)
        guard descriptor >= 0 else {
            // Still our child and not reaped, so its number cannot belong to anybody else.
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            close(pipe[0])
            throw WorkerFault(reason: "no pidfd: \(Self.text(descriptor))")
        }
        self.pid = pid
        self.descriptor = descriptor
        output = pipe[0]
    }

    deinit {
        close(descriptor)
        close(output)
    }

    /// Nothing of the host's environment but what the loader needs, and no core dump by the runtime.
    private static func environment(_ libraries: String?) -> [String] {
        let variables = ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "SWIFT_BACKTRACE=enable=no"]
        let paths = [getenv("LD_LIBRARY_PATH").map { String(cString: $0) }, libraries].compactMap { $0 }
        return variables + (paths.isEmpty ? [] : ["LD_LIBRARY_PATH=" + paths.joined(separator: ":")])
    }

    func signal(_ number: Int32) { _ = clinux_pidfd_send_signal(descriptor, number) }

    /// How the process ended, such as `died of SIGSEGV`; nil while it lives.
    func reap() -> String? {
        var isSignal: Int32 = 0
        var status: Int32 = 0
        let ended = clinux_pidfd_reap(descriptor, &isSignal, &status)
        guard ended != 0 else { return nil }
        guard ended > 0 else { return "was reaped by somebody else" }
        return isSignal == 0 ? Self.exitName(status) : "died of \(Self.signalName(status))"
    }

    /// Reads what the process wrote, without waiting.
    func readOutput(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            // Bounded, so that a process that writes for ever cannot hold the thread.
            for _ in 0..<16 {
                let got = read(output, buffer.baseAddress, buffer.count)
                guard got > 0 else { return }
                body(UnsafeRawBufferPointer(rebasing: buffer.prefix(got)))
            }
        }
    }

    private static func text(_ error: Int32) -> String { String(cString: strerror(-error)) }

    /// What a worker says by its exit status.
    static let exhaustions = ["reached its memory limit", "ran out of file descriptors"]

    private static func exitName(_ status: Int32) -> String {
        switch status {
        case CLINUX_EXIT_MEMORY: exhaustions[0]
        case 71: exhaustions[1]
        default: "exited with status \(status)"
        }
    }

    private static func signalName(_ number: Int32) -> String {
        let names: [Int32: String] = [
            SIGSEGV: "SIGSEGV", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGILL: "SIGILL",
            SIGTRAP: "SIGTRAP", SIGSYS: "SIGSYS (it tried to start a process, or to reach into another one)",
            SIGKILL: "SIGKILL", SIGTERM: "SIGTERM", SIGPIPE: "SIGPIPE",
            SIGXCPU: "SIGXCPU", SIGUSR1: "SIGUSR1",
        ]
        return names[number] ?? "signal \(number)"
    }
}

/// Why no worker could be had.
struct WorkerFault: Error {
    let reason: String
}

/// A NULL-ended array of C strings.
private final class CStrings {
    let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointer = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() { (pointer + index).initialize(to: strdup(string)) }
        (pointer + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { free(pointer[index]) }
        pointer.deallocate()
    }
}
