// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What a session is marked with at its login, so that a later process knows whose it was.
///
/// It stands in `Context` of the session (Session schema, since v1.5.0) and says: host, process, start of the process,
/// login. Nothing in it is secret.
struct SessionMark: Equatable, Sendable {
    /// Of the host's name, its running kernel, and the namespace that process ids belong to: the name alone is the same on
    /// hosts that were installed from one image.
    var host: UInt32
    var process: Int32
    /// When the process began, in ticks since the start of the host; a process id that is used again has another.
    var start: UInt64
    /// The same for no two logins.
    var login: UInt64

    private static let prefix = "ingot-redfish"

    /// Such as `ingot-redfish:9f3c21aa:812:1a2b3c:5d0f…`.
    var text: String {
        let numbers = [String(host, radix: 16), "\(process)", String(start, radix: 16), String(login, radix: 16)]
        return ([Self.prefix] + numbers).joined(separator: ":")
    }

    /// A mark for a new login of this process.
    init() {
        self = Self.ofThisProcess
        login = UInt64.random(in: .min ... .max)
    }

    init(host: UInt32, process: Int32, start: UInt64, login: UInt64) {
        self.host = host
        self.process = process
        self.start = start
        self.login = login
    }

    /// nil when the text is no mark.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard text.utf8.count <= 128, parts.count == 5, parts[0] == Self.prefix,
            let host = UInt32(parts[1], radix: 16), let process = Int32(parts[2]), process > 0,
            let start = UInt64(parts[3], radix: 16), let login = UInt64(parts[4], radix: 16)
        else { return nil }
        self.init(host: host, process: process, start: start, login: login)
    }

    /// Its process was one of this host and is no more. False where that cannot be found out.
    var isDead: Bool {
        let own = Self.ofThisProcess
        guard host == own.host, !Self.kernel.isEmpty, !Self.processNamespace.isEmpty else { return false }
        if process == own.process { return start != own.start }
        // A signal would tell too, but a confined worker may send none.
        return getpgid(process) < 0 && errno == ESRCH
    }

    private static let ofThisProcess = SessionMark(
        host: hash(hostName + kernel + processNamespace), process: getpid(), start: processStart, login: 0)

    private static var hostName: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "" }
        return withUnsafeBytes(of: &names.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static var processNamespace: String {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/self/ns/pid", &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// An id that the kernel makes anew at each start (random(4)); empty when it cannot be read.
    private static var kernel: String {
        String(decoding: contents("/proc/sys/kernel/random/boot_id"), as: UTF8.self)
    }

    /// The 22nd value of `/proc/self/stat` (proc(5)); 0 when it cannot be read.
    private static var processStart: UInt64 {
        let text = contents("/proc/self/stat")
        guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { return 0 }
        let values = text[end...].split(separator: UInt8(ascii: " "))
        // The name in parentheses, of which only the end is left, is the second value.
        guard values.count > 20 else { return 0 }
        return UInt64(String(decoding: values[20], as: UTF8.self)) ?? 0
    }

    /// The first 2 KiB of a file of /proc; empty when it cannot be read.
    private static func contents(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 2048)
        let count = read(file, &buffer, buffer.count)
        return Array(buffer.prefix(max(0, count)))
    }

    /// FNV-1a, 32 bits.
    private static func hash(_ text: String) -> UInt32 {
        text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
}
