// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Synchronization

/// Rounds of each benchmark; ours and the peer take turns.
private let rounds = 5

let benchmarks = [
    Benchmark(name: "call", run: measureCall),
    Benchmark(name: "load", run: measureLoad),
    Benchmark(name: "crash", run: measureCrash),
    Benchmark(name: "neighbour", run: measureNeighbour),
    Benchmark(name: "leak", run: measureLeak),
]

/// A call through a worker beside the same function called directly, and beside the embedded loop.
private func measureCall(_ lab: Lab) async throws -> [Row] {
    let count = 4000
    let worker = lab.host()
    let embedded = lab.host(.inProcess)
    let remote = try Lab.device(worker, "fine")
    let inside = try Lab.device(embedded, "fine")
    let direct = try DirectDriver(path: lab.library)
    func time(_ device: Device, _ host: PluginHost) async throws -> (median: Double, cpu: Double) {
        var times: [Double] = []
        let before = cpu(worker: host.plugins.first { $0.id == Lab.good }?.pid)
        for _ in 0..<count {
            let start = microseconds()
            _ = try await device.powerState(deadline: .seconds(10))
            times.append(microseconds() - start)
        }
        let spent = cpu(worker: host.plugins.first { $0.id == Lab.good }?.pid) - before
        return (times.median, spent / Double(count))
    }
    _ = try await time(remote, worker)
    _ = try await time(inside, embedded)
    var ours: [Double] = []
    var threads: [Double] = []
    var peers: [Double] = []
    var spent: [Double] = []
    var spentInside: [Double] = []
    for _ in 0..<rounds {
        let far = try await time(remote, worker)
        let near = try await time(inside, embedded)
        let start = microseconds()
        for _ in 0..<count { _ = direct.powerState() }
        peers.append((microseconds() - start) / Double(count))
        ours.append(far.median)
        threads.append(near.median)
        spent.append(far.cpu)
        spentInside.append(near.cpu)
    }
    await worker.shutdown()
    await embedded.shutdown()
    let added = ours.median - peers.median
    return [
        Row(
            what: "call through a worker", ours: "\(text(ours.median)) us, CPU \(text(spent.median)) us",
            peer: "direct C call \(text(peers.median, 3)) us", goal: "adds <= 20 us", isMet: added <= 20),
        Row(
            what: "call through a worker", ours: "\(text(ours.median)) us, CPU \(text(spent.median)) us",
            peer: "in-process loop \(text(threads.median)) us, CPU \(text(spentInside.median)) us",
            goal: "adds <= 20 us", isMet: ours.median - threads.median <= 20),
    ]
}

/// From nothing to the first answer of a C plugin, beside starting and ending /bin/true.
private func measureLoad(_ lab: Lab) async throws -> [Row] {
    var ours: [Double] = []
    var peers: [Double] = []
    for _ in 0..<rounds * 3 {
        let host = lab.host()
        let device = try Lab.device(host, "fine")
        let start = microseconds()
        _ = try await device.powerState(deadline: .seconds(10))
        ours.append((microseconds() - start) / 1e3)
        await host.shutdown()
        let other = microseconds()
        var pid: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/true"), nil]
        posix_spawn(&pid, "/bin/true", nil, nil, &arguments, nil)
        waitpid(pid, nil, 0)
        peers.append((microseconds() - other) / 1e3)
        free(arguments[0])
    }
    return [
        Row(
            what: "C plugin: load to first answer", ours: "\(text(ours.median, 2)) ms",
            peer: "spawn of /bin/true \(text(peers.median, 2)) ms", goal: "<= 15 ms", isMet: ours.median <= 15)
    ]
}

/// From the call that crashes to the event, and from there to the next answer of another device.
private func measureCrash(_ lab: Lab) async throws -> [Row] {
    var noticed: [Double] = []
    var again: [Double] = []
    var peers: [Double] = []
    for _ in 0..<rounds * 2 {
        let moment = Mutex<Double>(0)
        let host = lab.host { event in
            if event.kind == .crashed { moment.withLock { $0 = microseconds() } }
        }
        let fine = try Lab.device(host, "fine")
        let bad = try Lab.device(host, "crash")
        _ = try await fine.powerState(deadline: .seconds(10))
        // Opening is not what is measured.
        _ = try await bad.inventory(deadline: .seconds(10))
        let warm = microseconds()
        _ = try await fine.powerState(deadline: .seconds(10))
        peers.append((microseconds() - warm) / 1e3)
        let start = microseconds()
        _ = try? await bad.powerState(deadline: .seconds(10))
        noticed.append((moment.withLock { $0 } - start) / 1e3)
        _ = try await fine.powerState(deadline: .seconds(10))
        again.append((microseconds() - moment.withLock { $0 }) / 1e3)
        await host.shutdown()
    }
    return [
        Row(
            what: "call that crashes, until it is known", ours: "\(text(noticed.median, 2)) ms",
            peer: "call that answers \(text(peers.median, 2)) ms", goal: "<= 5 ms", isMet: noticed.median <= 5),
        Row(
            what: "crash to the next answer of the plugin", ours: "\(text(again.median)) ms",
            peer: "call that answers \(text(peers.median, 2)) ms", goal: "<= 300 ms", isMet: again.median <= 300),
    ]
}

/// The slowest hundredth of a healthy driver's calls, alone and beside a driver that crashes, hangs and leaks.
private func measureNeighbour(_ lab: Lab) async throws -> [Row] {
    let count = 4000
    let host = lab.host()
    let healthy = try Lab.device(host, "fine")
    func slowest() async throws -> Double {
        var times: [Double] = []
        for _ in 0..<count {
            let start = microseconds()
            _ = try await healthy.powerState(deadline: .seconds(10))
            times.append(microseconds() - start)
            try await Task.sleep(for: .microseconds(200))
        }
        return times.percentile(0.99)
    }
    func misbehave() -> Task<Int, Never> {
        Task {
            var calls = 0
            while !Task.isCancelled {
                for mode in ["crash", "exit", "hang", "leak"] {
                    for _ in 0..<49 where !Task.isCancelled {
                        _ = try? await Lab.device(host, "fine", of: Lab.bad).powerState(deadline: .seconds(2))
                        try? await Task.sleep(for: .milliseconds(1))
                        calls += 1
                    }
                    _ = try? await Lab.device(host, mode, of: Lab.bad).powerState(deadline: .milliseconds(50))
                    calls += 1
                }
                // An operator who does not give up.
                _ = try? await host.reload(Lab.bad)
            }
            return calls
        }
    }
    _ = try await slowest()
    var alone: [Double] = []
    var beside: [Double] = []
    var ratios: [Double] = []
    for _ in 0..<rounds {
        alone.append(try await slowest())
        let bad = misbehave()
        beside.append(try await slowest())
        bad.cancel()
        _ = await bad.value
        ratios.append((beside.last ?? 0) / max(alone.last ?? 1, 0.001))
    }
    await host.shutdown()
    return [
        Row(
            what: "p99 of a healthy driver beside a bad one", ours: "\(text(beside.median)) us",
            peer: "alone \(text(alone.median)) us", goal: "<= 1.2x: \(text(ratios.median, 2))x",
            isMet: ratios.median <= 1.2)
    ]
}

/// What 100,000 calls leave behind in host and worker.
private func measureLeak(_ lab: Lab) async throws -> [Row] {
    let host = lab.host()
    let devices = try (0..<16).map { try Lab.device(host, "fine", name: "d\($0)") }
    func calls(_ count: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for device in devices {
                group.addTask {
                    for _ in 0..<count / devices.count { _ = try await device.powerState(deadline: .seconds(30)) }
                }
            }
            try await group.waitForAll()
        }
    }
    try await calls(20_000)
    let pid = host.plugins.first { $0.id == Lab.good }?.pid ?? 0
    func census(_ process: String) -> (files: Int, threads: Int, kilobytes: Double) {
        let status = (try? File.text("/proc/\(process)/statm")) ?? ""
        let pages = status.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
        return (File.names("/proc/\(process)/fd").count, File.names("/proc/\(process)/task").count, pages * 4)
    }
    let before = (census("self"), census("\(pid)"))
    try await calls(100_000)
    let after = (census("self"), census("\(pid)"))
    await host.shutdown()
    func row(
        _ what: String, _ before: (files: Int, threads: Int, kilobytes: Double),
        _ after: (files: Int, threads: Int, kilobytes: Double)
    ) -> Row {
        let grown = after.kilobytes - before.kilobytes
        return Row(
            what: "\(what): left by 100,000 calls",
            ours: "\(after.files - before.files) fd, \(after.threads - before.threads) threads, \(text(grown, 0)) KiB",
            peer: "after 20,000: \(before.files) fd, \(before.threads) thr, \(text(before.kilobytes, 0)) KiB",
            goal: "<= 2 fd, 8 thr, 1 MiB",
            isMet: after.files - before.files <= 2 && after.threads - before.threads <= 8 && grown <= 1024)
    }
    return [row("host", before.0, after.0), row("worker", before.1, after.1)]
}
