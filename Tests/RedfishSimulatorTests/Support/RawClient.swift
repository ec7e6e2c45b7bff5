// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// A plain TCP client that shows what came over the wire, byte for byte, and how the connection ended.
enum RawClient {
    enum Ending: Equatable { case open, closed, reset, refused }

    struct Outcome {
        var bytes: [UInt8] = []
        var ending = Ending.open
        /// When the bytes came, since the request was sent.
        var arrivals: [(count: Int, at: Duration)] = []

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var status: Int? { text.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
        /// What follows the head.
        var body: [UInt8] {
            let blank = Array("\r\n\r\n".utf8)
            guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: blank) }) else { return [] }
            return Array(bytes[(end + 4)...])
        }
        func header(_ name: String) -> String? {
            text.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
                .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
        }
    }

    /// Sends the bytes and reads until the connection ends or the time is over; on a thread of its own.
    static func exchange(
        _ port: Int, _ request: [UInt8], for time: Duration = .seconds(5), enough: Int = .max
    ) async -> Outcome {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: run(port, request, for: time, enough: enough))
            }
        }
    }

    static func get(
        _ port: Int, _ path: String, method: String = "GET", headers: [String] = [], body: String = "",
        for time: Duration = .seconds(5), keepAlive: Bool = false
    ) async -> Outcome {
        await exchange(
            port, request(method, path, headers: headers, body: body, keepAlive: keepAlive), for: time)
    }

    static func request(
        _ method: String, _ path: String, headers: [String] = [], body: String = "", keepAlive: Bool = false
    ) -> [UInt8] {
        let login = "Authorization: Basic " + ServiceLab.base64("admin:secret")
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", login] + headers
        if !body.isEmpty { lines += ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"] }
        if !keepAlive { lines.append("Connection: close") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }

    private static func run(
        _ port: Int, _ request: [UInt8], for time: Duration, enough: Int
    ) -> Outcome {
        var outcome = Outcome()
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(fd) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            outcome.ending = errno == ECONNREFUSED ? .refused : .reset
            return outcome
        }
        let start = ContinuousClock.now
        var rest = request[...]
        while !rest.isEmpty {
            let sent = Array(rest).withUnsafeBytes { send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { break }
            rest = rest.dropFirst(sent)
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while outcome.bytes.count < enough {
            let left = time - start.duration(to: .now)
            guard left > .zero else { return outcome }
            var poller = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
            let wait = Int32(left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1)
            guard poll(&poller, 1, wait) > 0 else { return outcome }
            let count = recv(fd, &buffer, buffer.count, 0)
            if count < 0 {
                outcome.ending = .reset
                return outcome
            }
            if count == 0 {
                outcome.ending = .closed
                return outcome
            }
            outcome.bytes += buffer[..<count]
            outcome.arrivals.append((count, start.duration(to: .now)))
        }
        return outcome
    }
}
