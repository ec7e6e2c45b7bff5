// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import PluginWire

/// What a worker lets its plugin do: how much memory, which files, which networks, which system calls.
///
/// It is put in force by the process's only thread before anything of the plugin is loaded, so that constructors and
/// every later thread are under it.
struct Confinement: Sendable {
    /// What is in force and what is not, each in words for an operator.
    struct Report: Sendable {
        var enforced: [String] = []
        var missing: [String] = []
    }

    /// Bytes of a thread's stack in a confined worker; stacks count as memory.
    static let stack = 2 << 20
    /// Files every plugin may read: libraries, name service, certificates, time zones, randomness, facts about the CPU.
    private static let readable = [
        "/usr", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
        "/etc/pki/tls/certs", "/etc/pki/ca-trust",
        "/etc/ca-certificates", "/etc/crypto-policies", "/etc/gcrypt", "/etc/gnutls", "/etc/resolv.conf", "/etc/hosts",
        "/etc/host.conf", "/etc/gai.conf", "/etc/nsswitch.conf", "/etc/services", "/etc/protocols", "/etc/localtime",
        "/etc/freeipmi", "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager/resolv.conf", "/dev/urandom",
        "/dev/random", "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/crypto",
        "/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/random/boot_id", "/sys/devices/system/cpu",
    ]
    private static let writable = ["/dev/null", "/dev/zero", "/dev/full"]
    /// Where names are asked for, beside the plugin's own ports.
    private static let namePort: UInt16 = 53

    let memory: UInt32
    let needs: [NetworkNeed]
    let files: [String]
    let directories: [String]

    /// Reads what HELLO asks for; nil when it asks for nothing.
    init?(hello: Frame) {
        guard let memory = hello.uint32(.memory), memory > 0 else { return nil }
        self.memory = memory
        needs = hello.texts(.network).compactMap { NetworkNeed($0) }
        files = hello.texts(.file)
        directories = hello.texts(.readable)
    }

    /// Puts everything in force that this kernel can. Only while the process has one thread.
    func enforce() -> Report {
        var report = Report()
        let limit = clinux_limit_memory(UInt64(memory) << 20, Self.stack)
        report.add("memory of \(memory) MiB", limit)
        enforceFiles(&report)
        let sockets =
            (needs.contains { $0.transport != .unix } ? CLINUX_SOCKETS_INET : 0)
            | (needs.contains { $0.transport == .unix } ? CLINUX_SOCKETS_UNIX : 0)
        let kinds = sockets == 0 ? "no sockets" : "sockets for " + needs.map(\.description).joined(separator: ", ")
        report.add("system calls (seccomp; \(kinds))", clinux_seccomp_enforce(sockets))
        return report
    }

    /// Whether TCP goes to named ports only.
    private var hasPortList: Bool { !needs.contains { $0.transport == .tcp && $0.port == nil } }

    private func enforceFiles(_ report: inout Report) {
        let abi = clinux_landlock_abi()
        guard abi > 0 else {
            report.missing.append("files and TCP ports: this kernel has no Landlock")
            return
        }
        let rules = clinux_landlock_begin(hasPortList ? 1 : 0)
        guard rules >= 0 else { return report.add("files (Landlock)", rules) }
        var error: Int32 = 0
        for path in Self.readable + directories + Self.libraryDirectories where error == 0 {
            error = clinux_landlock_allow_path(rules, path, 0)
        }
        for path in Self.writable + files where error == 0 { error = clinux_landlock_allow_path(rules, path, 1) }
        let ports = hasPortList ? [Self.namePort] + needs.filter { $0.transport == .tcp }.compactMap(\.port) : []
        for port in ports where error == 0 { error = clinux_landlock_allow_tcp(rules, port) }
        if error == 0 { error = clinux_landlock_enforce(rules) } else { close(rules) }
        report.add("files (Landlock ABI \(abi))", error)
        guard error == 0, hasPortList else { return }
        if abi >= 4 {
            report.enforced.append("TCP ports \(Set(ports).sorted().map { String($0) }.joined(separator: ", "))")
        } else {
            report.missing.append("TCP ports: they need Landlock ABI 4, this kernel has \(abi)")
        }
    }

    /// Where the worker's own libraries lie, and where the loader is told to look.
    private static var libraryDirectories: [String] {
        var directories: Set<String> = []
        withUnsafeMutablePointer(to: &directories) { found in
            clinux_each_library(
                { path, raw in
                    guard let path = path.map({ String(cString: $0) }), let slash = path.lastIndex(of: "/") else {
                        return
                    }
                    raw?.assumingMemoryBound(to: Set<String>.self).pointee.insert(String(path[..<slash]))
                }, found)
        }
        if let paths = getenv("LD_LIBRARY_PATH") {
            directories.formUnion(String(cString: paths).split(separator: ":").map { String($0) })
        }
        return directories.sorted()
    }
}

extension Confinement.Report {
    fileprivate mutating func add(_ what: String, _ error: Int32) {
        if error >= 0 {
            enforced.append(what)
        } else {
            missing.append("\(what): \(String(cString: strerror(-error)))")
        }
    }
}
