// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Runs a program and collects what it says.
struct Command: Sendable {
    var status: Int32
    var output: [UInt8]
    var error: String

    var text: String { String(decoding: output, as: UTF8.self) }

    /// Runs on a thread of its own; the program is stopped after `timeout` seconds.
    static func run(_ arguments: [String], timeout: Double = 20) async throws -> Command {
        try await onThread { try runBlocking(arguments, timeout: timeout) }
    }

    /// Runs blocking or long work on a thread of its own, off the pool that the other tests share.
    static func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }

    private static func runBlocking(_ arguments: [String], timeout: Double) throws -> Command {
        let base = FileManager.default.temporaryDirectory.path + "/ingot-command-\(UUID().uuidString)"
        let (output, error) = (base + ".out", base + ".err")
        defer { for path in [output, error] { try? FileManager.default.removeItem(atPath: path) } }
        let pid = try spawn(arguments, output: output, error: error)
        var status: Int32 = 0
        let end = Date().addingTimeInterval(timeout)
        var isKilled = false
        while waitpid(pid, &status, WNOHANG) == 0 {
            usleep(3000)
            if !isKilled, Date() > end {
                kill(pid, SIGKILL)
                isKilled = true
            }
        }
        return Command(
            status: status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F),
            output: Array(FileManager.default.contents(atPath: output) ?? Data()),
            error: String(decoding: FileManager.default.contents(atPath: error) ?? Data(), as: UTF8.self))
    }

    /// Starts a program that ``stop(_:)`` has to end.
    ///
    /// Not Foundation's Process: that one waits for daemons which the program left behind, and hands on the blocked
    /// signals of the calling thread.
    static func spawn(_ arguments: [String], output: String = "/dev/null", error: String = "/dev/null") throws -> pid_t
    {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, error, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, arguments.first ?? "", &actions, &attributes, &words, environ)
        guard failure == 0 else { throw POSIXError(.init(rawValue: failure) ?? .ENOENT) }
        return pid
    }

    /// Ends a program and takes its status away.
    static func stop(_ pid: pid_t) {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    /// True when a program is in the search path.
    static func exists(_ program: String) -> Bool {
        let folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        return folders.contains { access("\($0)/\(program)", X_OK) == 0 }
    }
}
