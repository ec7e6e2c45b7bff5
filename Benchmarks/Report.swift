// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// One benchmark: a name for the command line, and what makes its rows.
struct Benchmark: Sendable {
    let name: String
    let run: @Sendable (Lab) async throws -> [Row]
}

/// A figure beside its peer's.
struct Row {
    private static let missed = Atomic<Bool>(false)

    /// Whether a printed row missed its goal.
    static var hasMissed: Bool { missed.load(ordering: .relaxed) }

    let what: String
    let ours: String
    let peer: String
    let goal: String
    let isMet: Bool

    /// A row for the terminal; a missed goal makes the whole run fail.
    var line: String {
        if !isMet { Self.missed.store(true, ordering: .relaxed) }
        return Table.line([what, ours, peer, goal, isMet ? "met" : "MISSED"])
    }
}

enum Table {
    private static let widths = [44, 30, 38, 22, 6]

    static var header: String { line(["what", "ours", "peer", "goal", ""]) }

    static func line(_ cells: [String]) -> String {
        zip(cells, widths).map { cell, width in
            cell + String(repeating: " ", count: max(1, width - cell.count))
        }.joined()
    }
}

extension Array where Element == Double {
    /// The value that this share of the values does not exceed; 0 of nothing.
    func percentile(_ share: Double) -> Double {
        let sorted = sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted[Swift.min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }

    var median: Double { percentile(0.5) }
}

/// Microseconds on the monotonic clock.
func microseconds() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) * 1e6 + Double(now.tv_nsec) / 1e3
}

/// A number with this many digits behind the point.
func text(_ value: Double, _ digits: Int = 1) -> String {
    let scale = pow(10, Double(digits))
    let rounded = (value * scale).rounded() / scale
    return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
}

/// CPU time of this process, its ended children and one running worker, in microseconds.
func cpu(worker: Int32?) -> Double {
    var total = 0.0
    for who in [RUSAGE_SELF, RUSAGE_CHILDREN] {
        var usage = rusage()
        getrusage(__rusage_who_t(who.rawValue), &usage)
        total += Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
        total += Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }
    guard let worker, let line = try? File.text("/proc/\(worker)/schedstat") else { return total }
    // Of the first thread only; the sum over the threads is wanted.
    var nanoseconds = 0.0
    for thread in File.names("/proc/\(worker)/task") {
        let line = (try? File.text("/proc/\(worker)/task/\(thread)/schedstat")) ?? line
        nanoseconds += line.split(separator: " ").first.flatMap { Double($0) } ?? 0
    }
    return total + nanoseconds / 1e3
}

/// The few things a benchmark reads from the file system.
enum File {
    struct Missing: Error { let path: String }

    static func text(_ path: String) throws -> String {
        guard let file = fopen(path, "r") else { throw Missing(path: path) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    static func names(_ path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
