internal import BMCModel
// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import PluginAPI
private import PluginWorker
private import Synchronization

/// Checks 39 and 40.
enum ConsoleChecks {
    private static func open(_ device: Device) async throws -> Int32 {
        let answer = try requireOK(await device.openConsole(.within(.seconds(30))))
        guard let descriptor = answer.first, descriptor >= 0, fcntl(descriptor, F_GETFD) >= 0 else {
            throw CheckStop.failed(expected: "console.open gives a descriptor", seen: "\(answer.first ?? -1)")
        }
        return descriptor
    }

    static func carriesBytes(_ run: CheckRun) async throws {
        let (target, device) = try await run.open { options in
            options.chassis = .running()
            options.echoes = true
        }
        let console = try await open(device)
        let count = run.options.isFast ? 16 << 10 : 1 << 20
        var random = run.random
        // Printable bytes and ends of lines, as a console carries them.
        let sent = (0..<count).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
        let finished = OneAnswer<[UInt8]>()
        let isStarted =
            WorkerThread.start(name: "kit-write") {
                var at = 0
                while at < sent.count {
                    let end = min(sent.count, at + 1_024)
                    let wrote = sent[at..<end].withUnsafeBytes { write(console, $0.baseAddress, $0.count) }
                    if wrote < 0, errno == EINTR || errno == EAGAIN {
                        usleep(1_000)
                        continue
                    }
                    guard wrote > 0 else { return }
                    at += wrote
                }
            }
            && WorkerThread.start(name: "kit-read") {
                var got: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 4_096)
                let end = clinux_monotonic_ns() + 90_000_000_000
                while got.count < count, clinux_monotonic_ns() < end {
                    guard clinux_poll([console], 1, 0, 500_000_000) & 1 != 0 else { continue }
                    let have = buffer.withUnsafeMutableBytes { read(console, $0.baseAddress, $0.count) }
                    if have < 0, errno == EINTR || errno == EAGAIN { continue }
                    guard have > 0 else { break }
                    got += buffer.prefix(have)
                }
                finished.give(got)
            }
        guard isStarted, let got = await finished.take(within: .seconds(100)) else {
            throw CheckStop.hang("the console does not give back what was written")
        }
        let place = zip(sent, got).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        try require(
            got.count == sent.count && place == nil, "the echo of \(count) bytes comes back unchanged",
            place.map { "byte \($0) differs, \(got.count) came back" } ?? "\(got.count) came back")
        run.note("\(count) bytes both ways")
        close(console)
        let sessions = try await target.settleConsole()
        try require(sessions, "closing the descriptor ends the console on the BMC within 2 s", "it is still active")
        // It can be opened again.
        let second = try await open(device)
        close(second)
        try await device.close(.within(.seconds(10)))
    }

    static func second(_ run: CheckRun) async throws {
        let (target, device) = try await run.open { $0.chassis = .running() }
        let takesOver = device.subject.tables.console.flags & UInt32(INGOT_CONSOLE_TAKES_OVER) != 0
        let first = try await open(device)
        let other = try await run.open(target)
        let answer = try await other.openConsole(.within(.seconds(30)))
        if takesOver {
            try requireOK(answer, "the driver says TAKES_OVER")
        } else {
            try require(answer.status == INGOT_E_BUSY, "a second console gives BUSY", answer.text)
        }
        if let descriptor = answer.first, answer.isOK { close(descriptor) }
        close(first)
        try await other.close(.within(.seconds(10)))
        try await device.close(.within(.seconds(10)))
    }
}

extension SimulatedTarget {
    /// Waits two seconds and a little for the console to end.
    func settleConsole() async throws -> Bool {
        let end = ContinuousClock.now + .seconds(3)
        while ContinuousClock.now < end {
            if await !hasConsole() { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return await !hasConsole()
    }
}
