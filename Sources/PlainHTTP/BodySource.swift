// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Writes a request; a file is read in pieces, on threads made for waiting.
struct BodySource: Sendable {
    private static let piece = 256 << 10

    private let body: HTTPRequest.Body
    private let file: OpenFile?
    private let length: Int

    /// - Throws: `HTTPFailure` when a file cannot be read.
    init(_ body: HTTPRequest.Body) throws {
        self.body = body
        switch body {
        case .none: (file, length) = (nil, 0)
        case .bytes(let bytes): (file, length) = (nil, bytes.count)
        case .file(let path):
            let opened = try OpenFile(path)
            (file, length) = (opened, opened.size)
        }
    }

    /// Sends head, body and end.
    func write(
        _ request: HTTPRequest, target: HTTPTarget, to outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws {
        var headers = HTTPHeaders(request.headers)
        headers.replaceOrAdd(name: "Host", value: target.hostHeader)
        headers.replaceOrAdd(name: "Connection", value: "close")
        if length > 0 || request.method != .GET {
            headers.replaceOrAdd(name: "Content-Length", value: String(length))
        }
        let head = HTTPRequestHead(version: .http1_1, method: request.method, uri: target.path, headers: headers)
        try await outbound.write(.head(head))
        if case .bytes(let bytes) = body, !bytes.isEmpty {
            try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
        }
        if let file {
            var offset = 0
            while offset < length {
                let (start, count) = (offset, min(Self.piece, length - offset))
                let bytes = try await NIOThreadPool.singleton.runIfActive { try file.read(count, at: start) }
                offset += bytes.readableBytes
                try await outbound.write(.body(.byteBuffer(bytes)))
            }
        }
        try await outbound.write(.end(nil))
    }
}

/// A file that is being sent.
private final class OpenFile: Sendable {
    /// Bytes, when it was opened.
    let size: Int
    private let descriptor: Int32
    private let path: String

    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HTTPFailure(.file, "\(path): \(String(cString: strerror(errno)))") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw HTTPFailure(.file, "\(path) is not a regular file")
        }
        size = Int(status.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// Reads at most `count` bytes; at the end of the file it fails, because the length was announced.
    func read(_ count: Int, at offset: Int) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
            max(0, pread(descriptor, space.baseAddress, count, off_t(offset)))
        }
        guard got > 0 else { throw HTTPFailure(.file, "\(path) became shorter, or cannot be read") }
        return buffer
    }
}
