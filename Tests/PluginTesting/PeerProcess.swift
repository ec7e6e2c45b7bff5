// SPDX-License-Identifier: Apache-2.0
public import Glibc

/// A server by others that a test runs beside itself, ended by its pid.
public struct PeerProcess: Sendable {
    public let pid: pid_t

    public struct StartFailure: Error { public var reason: String }

    /// Starts a program, found on the path unless it is a path itself.
    /// - Parameters:
    ///   - output: the file for both outputs.
    ///   - environment: all variables it gets, as `NAME=value`; nil for those of this process.
    public init(_ program: String, _ arguments: [String], output: String, environment: [String]? = nil) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let words = ([program] + arguments).map { strdup($0) } + [nil]
        let variables = (environment ?? []).map { strdup($0) } + [nil]
        defer { for word in words + variables { free(word) } }
        var pid: pid_t = 0
        let status = variables.withUnsafeBufferPointer { own in
            let given = environment == nil ? environ : UnsafeMutablePointer(mutating: own.baseAddress)
            return posix_spawnp(&pid, program, &actions, nil, words, given)
        }
        guard status == 0 else { throw StartFailure(reason: "\(program): \(String(cString: strerror(status)))") }
        self.pid = pid
    }

    /// Ends the process, also a frozen one, and waits for it.
    public func stop() {
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    /// Holds the process up, so that it hears nothing and answers nothing.
    public func freeze() { kill(pid, SIGSTOP) }
    public func thaw() { kill(pid, SIGCONT) }
}
