// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// A server of one test that answers each request as a closure says, with plain blocking sockets on loopback.
///
/// It is no Redfish service: it exists to say things that a sound service would not say.
final class ScriptedService: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        /// Names in lower case.
        var headers: [String: String]
        var body: [UInt8]

        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
        }
        var title: String { "\(method) \(path)" }
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [(String, String)] = []
        var body: [UInt8] = []
        /// Sent as they are instead of all the rest; empty closes the connection without a word.
        var raw: [UInt8]?
        /// Ends the connection after so many bytes of the message.
        var cutAfter: Int?
        var holdsOpen = false

        static func json(_ text: String, status: Int = 200, _ headers: [(String, String)] = []) -> Answer {
            Answer(
                status: status, headers: [("Content-Type", "application/json")] + headers, body: Array(text.utf8))
        }

        static func object(_ value: [String: Any], status: Int = 200, _ headers: [(String, String)] = []) -> Answer {
            let data = (try? JSONSerialization.data(withJSONObject: value)) ?? Data()
            return .json(String(decoding: data, as: UTF8.self), status: status, headers)
        }

        /// An error body with one message.
        static func refusal(_ status: Int, _ id: String, _ message: String = "refused") -> Answer {
            .object(
                [
                    "error": [
                        "code": "Base.1.8.GeneralError", "message": message,
                        "@Message.ExtendedInfo": [["MessageId": id, "Message": message]],
                    ]
                ], status: status)
        }

        static let notFound = Answer(status: 404)
        static let hangUp = Answer(raw: [])
    }

    let port: UInt16
    private let listener: Int32
    private let requestsSeen = Mutex<[Request]>([])
    private let connections = Mutex<Set<Int32>>([])
    private let answer: @Sendable (Request) -> Answer

    init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
        self.answer = answer
        (listener, port) = try SilentListener.listen(queue: 64)
        Thread.detachNewThread { [self] in accept() }
    }

    var address: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { requestsSeen.withLock { $0 } }
    var titles: [String] { requests.map(\.title) }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        connections.withLock { for connection in $0 { shutdown(connection, Int32(SHUT_RDWR)) } }
    }

    private func accept() {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { return }
            connections.withLock { _ = $0.insert(connection) }
            Thread.detachNewThread { [self] in
                while serve(connection) {}
                connections.withLock { _ = $0.remove(connection) }
                close(connection)
            }
        }
    }

    /// Reads and answers one request; false ends the connection.
    private func serve(_ connection: Int32) -> Bool {
        guard let request = receive(connection) else { return false }
        requestsSeen.withLock { $0.append(request) }
        let answer = answer(request)
        var message = answer.raw ?? []
        if answer.raw == nil {
            var head = "HTTP/1.1 \(answer.status) X\r\n"
            for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
            if !answer.headers.contains(where: { $0.0.lowercased() == "content-length" }), answer.status != 204 {
                head += "Content-Length: \(answer.body.count)\r\n"
            }
            message = Array("\(head)\r\n".utf8) + answer.body
        }
        if let limit = answer.cutAfter { message = Array(message.prefix(limit)) }
        var sent = 0
        while sent < message.count {
            let count = message[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        if answer.holdsOpen { _ = receive(connection) }
        return answer.raw == nil && answer.cutAfter == nil
    }

    private func receive(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        func more() -> Bool {
            let count = recv(connection, &buffer, buffer.count, 0)
            if count > 0 { bytes += buffer.prefix(count) }
            return count > 0
        }
        let end = Array("\r\n\r\n".utf8)
        var head: Int?
        while head == nil {
            guard bytes.count < 1 << 20, more() else { return nil }
            head = bytes.firstRange(of: end)?.lowerBound
        }
        guard let head else { return nil }
        let lines = String(decoding: bytes[..<head], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1] }
        }
        let length = Int(headers["content-length"] ?? "") ?? 0
        let start = head + 4
        while bytes.count < start + length { guard more() else { return nil } }
        return Request(method: words[0], path: words[1], headers: headers, body: Array(bytes[start..<start + length]))
    }
}
