// SPDX-License-Identifier: Apache-2.0
internal import CLinux
private import Crypto
private import Glibc

/// A file or directory that only root and this user can have written, held open: what was checked is what is read.
struct TrustedFile: ~Copyable {
    enum Kind {
        case directory
        case regular
    }

    let path: String
    private let descriptor: Int32
    private let facts: stat

    /// Opens a path and checks kind, owner and mode. The last component may not be a symbolic link.
    /// - Throws: `Refusal` with the exact fault.
    init(path: String, kind: Kind) throws(Refusal) {
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (kind == .directory ? O_DIRECTORY : 0)
        let descriptor = open(path, flags)
        guard descriptor >= 0 else {
            let error = errno
            if error == ELOOP { throw Refusal(reason: "\(path) is a symbolic link") }
            throw Refusal(reason: "\(path) cannot be opened: \(String(cString: strerror(error)))")
        }
        var facts = stat()
        if let fault = Self.fault(descriptor, &facts, path, kind) {
            close(descriptor)
            throw fault
        }
        self.path = path
        self.descriptor = descriptor
        self.facts = facts
    }

    deinit { close(descriptor) }

    /// Another descriptor for the same file; negative when there is none left.
    func duplicate() -> Int32 { clinux_duplicate(descriptor) }

    /// Bytes of the file.
    var size: Int { Int(facts.st_size) }

    private static func fault(_ descriptor: Int32, _ facts: inout stat, _ path: String, _ kind: Kind) -> Refusal? {
        guard fstat(descriptor, &facts) == 0 else { return Refusal(reason: "\(path) cannot be examined") }
        let format = facts.st_mode & S_IFMT
        if kind == .regular, format != S_IFREG { return Refusal(reason: "\(path) is not a regular file") }
        let user = geteuid()
        if facts.st_uid != 0, facts.st_uid != user {
            return Refusal(reason: "\(path) belongs to user \(facts.st_uid), not to root or user \(user)")
        }
        if facts.st_mode & S_IWGRP != 0 { return Refusal(reason: "\(path) is writable by its group") }
        if facts.st_mode & S_IWOTH != 0 { return Refusal(reason: "\(path) is writable by others") }
        return nil
    }

    /// At most `count` bytes from the front.
    func read(first count: Int) throws(Refusal) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let at = have
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress.map { $0 + at }, count - at, off_t(at))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw Refusal(reason: "\(path) cannot be read: \(String(cString: strerror(errno)))") }
            guard got > 0 else { break }
            have += got
        }
        return Array(bytes.prefix(have))
    }

    /// SHA-256 of the whole file in lower-case hexadecimal.
    func sha256() throws(Refusal) -> String { try Self.sha256(descriptor, path) }

    /// SHA-256 of what is behind a descriptor.
    static func sha256(_ descriptor: Int32, _ path: String) throws(Refusal) -> String {
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var at: off_t = 0
        while true {
            let got = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, at) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw Refusal(reason: "\(path) cannot be read: \(String(cString: strerror(errno)))") }
            guard got > 0 else { break }
            buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0.prefix(got))) }
            at += off_t(got)
        }
        return hash.finalize().map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}
