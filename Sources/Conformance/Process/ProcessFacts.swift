// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc

/// What this process holds at a moment.
struct ProcessFacts: Sendable, Equatable {
    /// Descriptor and what it leads to, without the one that listed them.
    var descriptors: [Int32: String]
    var threads: Int
    /// Bytes of resident memory.
    var resident: Int
    /// Bytes handed out by malloc.
    var heap: Int

    static func now() -> ProcessFacts {
        ProcessFacts(
            descriptors: openDescriptors(), threads: names(in: "/proc/self/task").count, resident: residentBytes(),
            heap: clinux_heap_in_use())
    }

    /// Names of the threads that are not the kit's own: not its pool, not its simulators', not its helpers.
    ///
    /// A new thread has the name of the one that made it, so threads a driver made in a call are called `kit-call`.
    static func pluginThreads() -> [String] {
        let own = baseline
        let helpers = ["kit-output", "kit-lines", "kit-watch", "kit-write", "kit-read", "ingot"]
        return names(in: "/proc/self/task").filter { !own.contains($0) }.compactMap { task in
            FileBytes.text("/proc/self/task/\(task)/comm", limit: 64)?.split(separator: "\n").first.map(String.init)
        }.filter { name in !helpers.contains(name) && !name.hasPrefix("NIO-") && !name.hasSuffix("-qos") }
    }

    /// TCP sockets of this network whose own port is this one, as `/proc/self/fd` names them.
    static func sockets(onPort port: Int) -> Set<String> {
        var found: Set<String> = []
        for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
            for line in (FileBytes.text(table, limit: 16 << 20) ?? "").split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ")
                guard fields.count > 9, let colon = fields[1].lastIndex(of: ":"),
                    Int(fields[1][fields[1].index(after: colon)...], radix: 16) == port
                else { continue }
                found.insert("socket:[\(fields[9])]")
            }
        }
        return found
    }

    /// Takes the threads that exist now for the kit's own.
    static func keepBaseline() { _ = baseline }

    private static let baseline = Set(names(in: "/proc/self/task"))

    /// Descriptors that the kit's own runtime opens when it likes.
    static func isKitsOwn(_ target: String) -> Bool {
        target.hasPrefix("/proc/") || target.hasPrefix("anon_inode:[eventpoll")
    }

    private static func openDescriptors() -> [Int32: String] {
        var found: [Int32: String] = [:]
        for name in names(in: "/proc/self/fd") {
            guard let number = Int32(name) else { continue }
            var buffer = [UInt8](repeating: 0, count: 256)
            let count = buffer.withUnsafeMutableBytes { bytes in
                bytes.bindMemory(to: CChar.self).baseAddress.map { readlink("/proc/self/fd/\(name)", $0, 255) } ?? 0
            }
            guard count > 0 else { continue }
            let target = String(decoding: buffer.prefix(count), as: UTF8.self)
            if !target.hasSuffix("/fd") { found[number] = target }
        }
        return found
    }

    /// Names of the entries of a directory.
    static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func residentBytes() -> Int {
        guard let text = FileBytes.text("/proc/self/statm", limit: 256) else { return 0 }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}

/// Reads whole small files.
enum FileBytes {
    /// The bytes of a file; nil when it cannot be read or is larger than the limit.
    static func read(_ path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0, bytes.count + count <= limit else { return nil }
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
    }

    static func text(_ path: String, limit: Int) -> String? {
        read(path, limit: limit).map { String(decoding: $0, as: UTF8.self) }
    }
}
