// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

extension HTTPReply {
    /// The answer of an agent handler; fields that the server makes itself are left out.
    init(_ response: AgentResponse, path: String) {
        let own: Set = ["content-length", "content-range", "transfer-encoding", "connection", "date", "etag"]
        status = (200...599).contains(response.status) ? response.status : 500
        headers = response.headers.filter { !own.contains($0.name.lowercased()) }
        switch response.body {
        case .none: content = .none
        case .bytes(let bytes): content = .text(bytes)
        case .file(let file): content = .file(path: file)
        }
        if case .file = response.body { event = .file(name: path) }
    }
}

extension HTTPConnectionHandler {
    /// The octets of an answer.
    fileprivate enum Source {
        case bytes([UInt8])
        case file(NIOFileHandle)
    }

    /// An answer on its way out.
    fileprivate struct Sending {
        var head: HTTPRequestHead
        var status: Int
        var headers: HTTPHeaders
        var client: EnrolledClient?
        var event: HTTPReply.Event?
    }

    /// Sends an answer, cut to the request's range.
    func send(
        _ reply: HTTPReply, to head: HTTPRequestHead, _ client: EnrolledClient?, _ context: ChannelHandlerContext
    ) {
        guard !isGone else { return }
        let headers = HTTPHeaders(reply.headers.map { ($0.name, $0.value) })
        var sending = Sending(head: head, status: reply.status, headers: headers, client: client, event: reply.event)
        switch reply.content {
        case .none:
            start(sending, .bytes([]), 0..<0, context)
        case .text(let bytes):
            start(sending, .bytes(bytes), 0..<Int64(bytes.count), context)
        case .program(let program):
            let range = cut(&sending, entityTag: program.entityTag, size: Int64(program.bytes.count))
            start(sending, .bytes(program.bytes), range, context)
        case .file(let path):
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let boundSending = NIOLoopBound(sending, eventLoop: context.eventLoop)
            OpenedFile.open(path, on: context.eventLoop).whenComplete { result in
                let (handler, context) = bound.value
                handler.opened(result, path: path, boundSending.value, context)
            }
        }
    }

    private func opened(
        _ result: Result<OpenedFile, any Error>, path: String, _ sending: Sending, _ context: ChannelHandlerContext
    ) {
        switch result {
        case .failure(let error):
            report(sending, .fileFailed(name: sending.name, reason: "\(path): \(error)"))
            send(.refusal(500, "the file cannot be read"), to: sending.head, sending.client, context)
        case .success(let file):
            guard !isGone else {
                try? file.handle.close()
                return
            }
            openFile = file.handle
            var sending = sending
            let range = cut(&sending, entityTag: file.entityTag, size: file.size)
            start(sending, .file(file.handle), range, context)
        }
    }

    /// Applies `Range` and `If-Range` to an answer with status 200.
    private func cut(_ sending: inout Sending, entityTag: String, size: Int64) -> Range<Int64> {
        sending.headers.replaceOrAdd(name: "ETag", value: entityTag)
        sending.headers.replaceOrAdd(name: "Accept-Ranges", value: "bytes")
        guard sending.status == 200, sending.head.method == .GET else { return 0..<size }
        let fields = sending.head.headers
        let ranges = fields["range"]
        let wanted = ByteRange(
            range: ranges.count == 1 ? ranges.first : nil, ifRange: fields.first(name: "if-range"),
            entityTag: entityTag, size: size)
        switch wanted {
        case .whole:
            return 0..<size
        case .part(let range):
            sending.status = 206
            let value = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            sending.headers.replaceOrAdd(name: "Content-Range", value: value)
            return range
        case .unsatisfiable:
            sending.status = 416
            sending.headers.replaceOrAdd(name: "Content-Range", value: "bytes */\(size)")
            return 0..<0
        }
    }

    private func start(
        _ sending: Sending, _ source: Source, _ range: Range<Int64>, _ context: ChannelHandlerContext
    ) {
        let keepAlive = keepsAlive(sending.head)
        var headers = sending.headers
        headers.replaceOrAdd(name: "Date", value: HTTPDate.string(.now()))
        if sending.status != 204, sending.status != 304 {
            headers.replaceOrAdd(name: "Content-Length", value: "\(range.count)")
        }
        if !keepAlive {
            headers.replaceOrAdd(name: "Connection", value: "close")
        } else if sending.head.version == .http1_0 {
            headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        let status = HTTPResponseStatus(statusCode: sending.status)
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let hasBody = sending.head.method != .HEAD && sending.status != 204 && sending.status != 304
        sendNext(sending, source, hasBody ? range : range.upperBound..<range.upperBound, of: range, context)
    }

    /// Sends the next chunk of `rest`, then itself again, then the end.
    private func sendNext(
        _ sending: Sending, _ source: Source, _ rest: Range<Int64>, of range: Range<Int64>,
        _ context: ChannelHandlerContext
    ) {
        arm(shared.timeouts.chunk, context)
        let promise = context.eventLoop.makePromise(of: Void.self)
        let part = rest.lowerBound..<min(rest.lowerBound + Self.chunk, rest.upperBound)
        let isLast = part.upperBound == rest.upperBound
        if !part.isEmpty {
            context.write(wrapOutboundOut(.body(body(source, part))), promise: isLast ? nil : promise)
        }
        if isLast {
            context.write(wrapOutboundOut(.end(nil)), promise: promise)
        }
        let bound = NIOLoopBound((self, context, sending, source), eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { result in
            let (handler, context, sending, source) = bound.value
            switch result {
            case .failure(let error):
                if case .file? = sending.event {
                    handler.report(sending, .fileFailed(name: sending.name, reason: "\(error)"))
                }
                handler.finish(keepAlive: false, context)
            case .success where isLast:
                handler.reportSent(sending, range)
                handler.finish(keepAlive: handler.keepsAlive(sending.head), context)
            case .success:
                handler.sendNext(sending, source, part.upperBound..<rest.upperBound, of: range, context)
            }
        }
        context.flush()
    }

    private func body(_ source: Source, _ part: Range<Int64>) -> IOData {
        switch source {
        case .bytes(let bytes):
            .byteBuffer(ByteBuffer(bytes: bytes[Int(part.lowerBound)..<Int(part.upperBound)]))
        case .file(let handle):
            .fileRegion(
                FileRegion(fileHandle: handle, readerIndex: Int(part.lowerBound), endIndex: Int(part.upperBound)))
        }
    }

    // MARK: - Events

    private func reportSent(_ sending: Sending, _ range: Range<Int64>) {
        guard sending.head.method != .HEAD else { return }
        switch sending.event {
        case .local:
            report(sending, .leftForDisk)
        case .script(let script):
            report(sending, .scriptServed(script))
        case .file(let name) where sending.status < 300:
            report(sending, .fileServed(name: name, offset: range.lowerBound, bytes: Int64(range.count)))
        case .file(let name):
            report(sending, .httpRefused(status: sending.status, path: name, reason: "range beyond the end"))
        case .refused(let reason):
            report(
                sending, .httpRefused(status: sending.status, path: sending.shownPath, reason: reason))
        case nil:
            break
        }
    }

    private func report(_ sending: Sending, _ kind: PXEEvent.Kind) {
        shared.onEvent(PXEEvent(time: .now(), mac: sending.client?.mac, address: remote, kind: kind))
    }
}

extension HTTPConnectionHandler.Sending {
    /// The file's name for events.
    fileprivate var name: String {
        if case .file(let name)? = event { name } else { shownPath }
    }

    /// The request's path for events: bounded, printable, and without a boot token.
    fileprivate var shownPath: String {
        guard let path = HTTPTarget(head.uri)?.path else { return "(malformed)" }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[1] == "boot", parts[3] != "script.ipxe" else { return String(path.prefix(200)) }
        return "/boot/…/\(parts[3].prefix(64))"
    }
}
