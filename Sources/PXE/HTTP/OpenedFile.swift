// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import NIOPosix

/// A regular file opened for sending, with what its head needs.
struct OpenedFile: Sendable {
    var handle: NIOFileHandle
    var size: Int64
    /// Quoted, made of size, modification time and inode.
    var entityTag: String

    /// Why a file could not be opened.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Opens a file on the thread pool, so that a slow disk does not hold up the event loop.
    static func open(_ path: String, on loop: any EventLoop) -> EventLoopFuture<OpenedFile> {
        NIOThreadPool.singleton.runIfActive(eventLoop: loop) { try openBlocking(path) }
    }

    private static func openBlocking(_ path: String) throws -> OpenedFile {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(description: String(cString: strerror(errno))) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Failure(description: "not a regular file")
        }
        let time = "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        return OpenedFile(
            handle: NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor), size: Int64(status.st_size),
            entityTag: "\"\(status.st_size)-\(time)-\(status.st_ino)\"")
    }
}
