// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import NIOCore
import NIOPosix

/// Takes the stored bytes of an image: hashes them, and writes what they decompress to into a disk's file.
///
/// Compressed images are kept beside the disk and unpacked by `gzip` or `zstd` at the end. The calls wait for the disk on
/// threads made for that.
final class DiskWriter {
    private let image: String
    private let stored: String
    private let compression: AgentPlan.Compression
    private let file: OutputFile
    private var hash = SHA256()
    /// Stored bytes taken so far.
    private(set) var count: Int64 = 0

    init(image: String, compression: AgentPlan.Compression) throws {
        self.image = image
        self.compression = compression
        stored = compression == .none ? image : image + ".stored"
        unlink(image)
        file = try OutputFile(path: stored)
    }

    /// Takes the next bytes.
    func write(_ bytes: [UInt8]) async throws {
        hash.update(data: bytes)
        count += Int64(bytes.count)
        let file = file
        try await NIOThreadPool.singleton.runIfActive { try file.write(bytes) }
    }

    /// The SHA-256 of all bytes so far, in lower-case hexadecimal.
    func digest() -> String {
        hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Unpacks a compressed image into the disk's file and returns the size of what is on the disk.
    ///
    /// - Parameter limit: the disk's capacity in bytes; what comes after is cut off, so that more shows as one byte more.
    func finish(limit: Int64) async throws -> Int64 {
        if compression != .none {
            let program = compression == .gzip ? "gzip" : "zstd"
            // A file beside the image tells a failed unpacker from one that was cut off at the limit.
            let script = "{ \(program) -dc <\"$1\" || echo failed >&3; } 3>\"$1.failed\" | head -c \"$3\" >\"$2\""
            let child = try ChildProcess(
                path: "/bin/sh", arguments: ["-c", script, "unpack", stored, image, String(limit + 1)])
            let status = await withTaskCancellationHandler {
                await child.wait()
            } onCancel: {
                child.send(SIGKILL)
            }
            let failed = StateFile.word(stored + ".failed") != nil
            unlink(stored)
            unlink(stored + ".failed")
            try Task.checkCancellation()
            let size = try Self.size(image)
            guard status == 0, !failed || size > limit else {
                throw SimulatorError.child(program: program, reason: "the image cannot be unpacked")
            }
        }
        return try Self.size(image)
    }

    private static func size(_ path: String) throws -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw SimulatorError.file(path: path, reason: String(cString: strerror(errno)))
        }
        return Int64(status.st_size)
    }
}

/// An open file that one task at a time writes to.
final class OutputFile: Sendable {
    private let descriptor: Int32
    private let path: String

    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw SimulatorError.file(path: path, reason: String(cString: strerror(errno)))
        }
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Appends all bytes.
    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[offset...])
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    throw SimulatorError.file(path: path, reason: String(cString: strerror(errno)))
                }
                offset += count
            }
        }
    }

}
