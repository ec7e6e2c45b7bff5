// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
private import PluginWorker
internal import Synchronization

/// A child process of the kit: what it prints is kept, what it says on descriptor 3 comes line by line.
final class KitChild: Sendable {
    /// How a child ended.
    enum End: Sendable, Equatable {
        case exited(Int32)
        case died(String)
        case killed
    }

    let pid: Int32
    private let descriptor: Int32
    private let output = Mutex<[UInt8]>([])
    private let ended = OneAnswer<End>()
    private let wasKilled = Mutex(false)
    /// Lines the child says; ends with the child.
    let lines: AsyncStream<String>

    private static let keptOutput = 64 << 10
    private static let maximumLine = 8 << 20

    /// - Throws: `CheckStop.trouble` when the system refuses.
    init(path: String, arguments: [String], environment: [String]) throws(CheckStop) {
        var out: [Int32] = [-1, -1]
        var channel: [Int32] = [-1, -1]
        guard clinux_pipe(&out) == 0, clinux_pipe(&channel) == 0 else {
            throw .trouble("no pipe: \(String(cString: strerror(errno)))")
        }
        defer {
            close(out[1])
            close(channel[1])
        }
        let argv = CStringList([path] + arguments)
        let envp = CStringList(environment)
        var pid: pid_t = 0
        let error = clinux_spawn(path, argv.pointer, envp.pointer, channel[1], out[1], &pid)
        guard error == 0 else {
            close(out[0])
            close(channel[0])
            throw .trouble("cannot start \(path): \(String(cString: strerror(-error)))")
        }
        self.pid = pid
        descriptor = clinux_pidfd_open(pid)
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        lines = stream
        let (outEnd, channelEnd) = (out[0], channel[0])
        _ = WorkerThread.start(name: "kit-output") { [self] in
            Self.drain(outEnd) { bytes in
                output.withLock { output in
                    output += bytes
                    if output.count > Self.keptOutput { output.removeFirst(output.count - Self.keptOutput) }
                }
            }
        }
        _ = WorkerThread.start(name: "kit-lines") { [self] in
            var rest: [UInt8] = []
            Self.drain(channelEnd) { bytes in
                rest += bytes
                while let end = rest.firstIndex(of: 0x0A) {
                    continuation.yield(String(decoding: rest[..<end], as: UTF8.self))
                    rest.removeSubrange(...end)
                }
                if rest.count > Self.maximumLine { rest = [] }
            }
            continuation.finish()
            ended.give(reap())
        }
    }

    deinit { close(descriptor) }

    /// What the child printed last on standard output and error.
    var lastWords: String { output.withLock { String(decoding: $0.suffix(2_000), as: UTF8.self) } }

    /// All that is kept of what it printed.
    var printed: String { output.withLock { String(decoding: $0, as: UTF8.self) } }

    func kill() {
        wasKilled.withLock { $0 = true }
        _ = clinux_pidfd_send_signal(descriptor, SIGKILL)
    }

    /// Waits for the end, and kills the child when it does not come in time.
    func wait(within limit: Duration) async -> End {
        if let end = await ended.take(within: limit) { return end }
        kill()
        return .killed
    }

    private func reap() -> End {
        var isSignal: Int32 = 0
        var status: Int32 = 0
        for _ in 0..<3_000 {
            let answer = clinux_pidfd_reap(descriptor, &isSignal, &status)
            if answer < 0 { return .died("of unknown cause") }
            if answer == 1 {
                if wasKilled.withLock({ $0 }) { return .killed }
                return isSignal == 0 ? .exited(status) : .died(SignalNames.text(status))
            }
            _ = clinux_poll([descriptor], 1, 0, 200_000_000)
        }
        kill()
        return .killed
    }

    private static func drain(_ descriptor: Int32, _ body: (ArraySlice<UInt8>) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            body(buffer.prefix(count))
        }
        close(descriptor)
    }
}

/// Names of the signals a process dies of.
enum SignalNames {
    private static let names: [Int32: String] = [
        SIGSEGV: "SIGSEGV", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGILL: "SIGILL",
        SIGTRAP: "SIGTRAP", SIGSYS: "SIGSYS", SIGKILL: "SIGKILL", SIGTERM: "SIGTERM", SIGPIPE: "SIGPIPE",
    ]

    static func text(_ number: Int32) -> String { names[number] ?? "signal \(number)" }
}

/// A NULL-ended array of C strings.
private final class CStringList {
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
