// SPDX-License-Identifier: Apache-2.0
private import Foundation
internal import IPMISimulator
internal import RedfishSimulator

/// An IPMI message as drivers report it: network function and LUN, command, data; an answer has its completion code
/// before the data.
enum IPMIMessage {
    /// Opening and closing sessions is the replayer's own business.
    private static let session: Set<[UInt8]> = [
        [0x06, 0x38], [0x06, 0x3B], [0x06, 0x3C], [0x06, 0x54],
    ]

    static func key(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 2, !session.contains([bytes[0] >> 2, bytes[1]]) else { return nil }
        return Hexadecimal.digits(bytes)
    }

    static func answer(_ request: IPMIRequest, from book: ReplayBook) -> IPMIResponse? {
        let message = [request.networkFunction << 2 | request.lun & 3, request.command] + request.data
        guard let key = key(message) else { return nil }
        guard let answer = book.answer(key), answer.count >= 3 else { return IPMIResponse(.invalidCommand) }
        return IPMIResponse(CompletionCode(rawValue: answer[2]), data: Array(answer.dropFirst(3)))
    }
}

/// An HTTP message as drivers report it: the request or status line, header fields, an empty line, the body.
enum HTTPMessage {
    static func key(_ bytes: [UInt8]) -> String? {
        let (head, body) = split(bytes)
        let line = head.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard words.count >= 2 else { return nil }
        return key(method: String(words[0]), target: String(words[1]), body: body)
    }

    static func answer(_ request: HTTPRequest, from book: ReplayBook) -> HTTPResponse? {
        guard let bytes = book.answer(key(method: request.method, target: request.target, body: request.body)),
            let response = response(bytes)
        else { return HTTPResponse(404) }
        return response
    }

    private static func key(method: String, target: String, body: [UInt8]) -> String {
        // What a log-in says is secret, and an upload is reported by its size.
        let isLogin = method == "POST" && target.hasSuffix("/Sessions")
        guard !isLogin, !body.isEmpty, let json = canonical(body) else { return "\(method) \(target)" }
        return "\(method) \(target) \(json)"
    }

    private static func canonical(_ body: [UInt8]) -> String? {
        guard body.count <= 1 << 20, let value = try? JSONSerialization.jsonObject(with: Data(body)),
            let data = try? JSONSerialization.data(
                withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
        else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    private static func split(_ bytes: [UInt8]) -> (head: [UInt8], body: [UInt8]) {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count >= mark.count else { return (bytes, []) }
        for at in 0...(bytes.count - mark.count) where bytes[at] == mark[0] && bytes[at...].starts(with: mark) {
            return (Array(bytes[..<at]), Array(bytes[(at + mark.count)...]))
        }
        return (bytes, [])
    }

    /// Header fields that describe how the recorded body travelled, which is another way now.
    private static let transport: Set<String> = [
        "content-length", "transfer-encoding", "connection", "keep-alive", "content-encoding", "set-cookie",
        "x-auth-token",
    ]

    private static func response(_ bytes: [UInt8]) -> HTTPResponse? {
        let (head, body) = split(bytes)
        let lines = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline)
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]), (100...599).contains(status) else { return nil }
        var headers: [HTTPField] = []
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            guard pair.count == 2, !transport.contains(pair[0].lowercased()) else { continue }
            headers.append(HTTPField(String(pair[0]), pair[1].trimmingCharacters(in: .whitespaces)))
        }
        // A recorded log-in has lost its token.
        if status == 201 { headers.append(HTTPField("X-Auth-Token", ReplayTarget.secret)) }
        return HTTPResponse(status, headers: headers, body: body)
    }
}

/// A line of the line protocol.
enum LineMessage {
    static func key(_ bytes: [UInt8]) -> String? { key(String(decoding: bytes, as: UTF8.self)) }

    static func answer(_ request: String, from book: ReplayBook) -> String? {
        guard let key = key(request) else { return nil }
        guard let bytes = book.answer(key) else { return "error unknown this request was not recorded" }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// Opening and closing sessions is the replayer's own business.
    private static func key(_ text: String) -> String? {
        let line = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return line == "bye" || line.hasPrefix("login ") ? nil : line
    }
}
