// SPDX-License-Identifier: Apache-2.0
import CCurl
import PluginKit

/// One request on its way and the answer as it comes in.
final class Exchange {
    /// What an answer may be at most, in bytes.
    static let bodyLimit = 4 << 20
    static let headLimit = 64 << 10
    /// How long the answer to a login is waited for after the end of a call.
    static let loginGrace = Duration.milliseconds(500)

    let request: HTTPRequest
    let handle: UnsafeMutableRawPointer
    /// The fields that are sent, without credentials.
    let headers: [HTTPField]
    private(set) var response = HTTPResponse()
    private var headBytes = 0
    private var fieldList: UnsafeMutablePointer<curl_slist>?
    /// The answer was larger than it may be.
    private var isOversize = false
    /// Where the body of an answer without end goes instead of into `response`.
    private var sink: ((UnsafeRawBufferPointer) -> Void)?

    /// Prepares a request. Throws `internal` when libcurl cannot take it.
    init(
        _ request: HTTPRequest, to origin: Origin, _ trust: Trust, _ quirks: Set<Quirk>, token: String?
    ) throws(PluginError) {
        guard let handle = curl_easy_init() else { throw PluginError(.internal, "libcurl has no handle left") }
        self.request = request
        self.handle = handle
        headers = Self.fields(of: request, quirks)
        try prepare(origin, trust, token)
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(fieldList)
    }

    private static func fields(of request: HTTPRequest, _ quirks: Set<Quirk>) -> [HTTPField] {
        var fields = [
            HTTPField(name: "Accept", value: request.accept), HTTPField(name: "OData-Version", value: "4.0"),
            HTTPField(name: "User-Agent", value: "ingot-redfish/1.0"),
        ]
        if !quirks.contains(.noAcceptIdentity) || quirks.contains(.acceptIdentity) {
            fields.append(HTTPField(name: "Accept-Encoding", value: "identity"))
        }
        if quirks.contains(.connectionClose) { fields.append(HTTPField(name: "Connection", value: "close")) }
        switch request.body {
        case .json, .secret: fields.append(HTTPField(name: "Content-Type", value: "application/json"))
        case .upload(let upload):
            if let type = upload.contentType { fields.append(HTTPField(name: "Content-Type", value: type)) }
        case .none where request.method == .post: fields.append(HTTPField(name: "Content-Length", value: "0"))
        default: break
        }
        return fields + request.headers
    }

    private func prepare(_ origin: Origin, _ trust: Trust, _ token: String?) throws(PluginError) {
        var isWell = true
        func number(_ option: CURLoption, _ value: Int) {
            isWell = ingot_curl_set_number(handle, option, value) == CURLE_OK && isWell
        }
        func text(_ option: CURLoption, _ value: String) {
            isWell = ingot_curl_set_text(handle, option, value) == CURLE_OK && isWell
        }
        text(CURLOPT_URL, origin.text + request.path)
        text(CURLOPT_PROTOCOLS_STR, origin.isSecure ? "https" : "http")
        number(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        number(CURLOPT_FOLLOWLOCATION, 0)
        number(CURLOPT_NOSIGNAL, 1)
        // A name server that is silent does not hold up the end of a call.
        number(CURLOPT_QUICK_EXIT, 1)
        number(CURLOPT_PATH_AS_IS, 1)
        // What the environment says of proxies is not meant for the management network.
        text(CURLOPT_PROXY, "")
        // Undoes any compression, asked for or not; the field itself is in `headers`.
        text(CURLOPT_ACCEPT_ENCODING, "identity")
        // libcurl repeats a request by itself when a kept connection turns out to be dead; a change must not be.
        number(CURLOPT_FRESH_CONNECT, request.isChange ? 1 : 0)
        setTrust(trust, number: number, text: text)
        let context = Unmanaged.passUnretained(self).toOpaque()
        isWell = ingot_curl_set_receivers(handle, receiveHead, receiveBody, context) == CURLE_OK && isWell
        isWell = ingot_curl_set_pointer(handle, CURLOPT_PRIVATE, context) == CURLE_OK && isWell
        isWell = setBody(number: number, text: text) && isWell
        isWell = setFields(token) && isWell
        guard isWell else { throw PluginError(.internal, "libcurl does not take the request") }
        if case .certificates(let text) = trust {
            var bytes = Array(text.utf8)
            let code = bytes.withUnsafeMutableBytes {
                ingot_curl_set_copy(handle, CURLOPT_CAINFO_BLOB, $0.baseAddress, $0.count)
            }
            guard code == CURLE_OK else { throw .invalid(field: "ca_certificates", "cannot be used") }
        }
    }

    private func setTrust(_ trust: Trust, number: (CURLoption, Int) -> Void, text: (CURLoption, String) -> Void) {
        switch trust {
        case .none, .system, .certificates: break
        case .file(let path): text(CURLOPT_CAINFO, path)
        case .pin(let pin):
            number(CURLOPT_SSL_VERIFYPEER, 0)
            number(CURLOPT_SSL_VERIFYHOST, 0)
            text(CURLOPT_PINNEDPUBLICKEY, pin)
        case .anybody:
            number(CURLOPT_SSL_VERIFYPEER, 0)
            number(CURLOPT_SSL_VERIFYHOST, 0)
        }
    }

    private func setBody(number: (CURLoption, Int) -> Void, text: (CURLoption, String) -> Void) -> Bool {
        let bytes: [UInt8]
        switch request.body {
        case .none where request.method == .get: return true
        case .none, .secret: bytes = []
        case .json(let value): bytes = Array(value.encoded.utf8)
        case .upload(let upload): return upload.attach(to: handle)
        }
        number(CURLOPT_POST, 1)
        text(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        // libcurl's copy is wiped when it is given back, as everything of its own is.
        let copy = { (bytes: UnsafeRawBufferPointer) -> Bool in
            ingot_curl_set_body(self.handle, bytes.baseAddress ?? UnsafeRawPointer(self.handle), bytes.count)
                == CURLE_OK
        }
        if case .secret(let body) = request.body { return body.withBytes(copy) }
        return bytes.withUnsafeBytes(copy)
    }

    private func setFields(_ token: String?) -> Bool {
        // A name alone takes a field out that libcurl would add by itself.
        var lines = headers.filter { $0.name != "Content-Length" }.map { "\($0.name): \($0.value)" }
        for name in ["Accept-Encoding", "Content-Type", "Expect"] where !headers.contains(where: { $0.name == name }) {
            if case .upload = request.body, name != "Accept-Encoding" { continue }
            lines.append("\(name):")
        }
        if let token { lines.append("X-Auth-Token: \(token)") }
        for line in lines {
            guard let longer = curl_slist_append(fieldList, line) else { return false }
            fieldList = longer
        }
        return ingot_curl_set_pointer(handle, CURLOPT_HTTPHEADER, UnsafeMutableRawPointer(fieldList)) == CURLE_OK
    }

    /// Sends name and password along (RFC 7617).
    func useBasic(_ username: String, _ password: borrowing SecretBuffer) {
        _ = ingot_curl_set_number(handle, CURLOPT_HTTPAUTH, 1)
        _ = ingot_curl_set_text(handle, CURLOPT_USERNAME, username)
        password.withCString { _ = ingot_curl_set_text(handle, CURLOPT_PASSWORD, $0) }
    }

    /// How long the whole may take.
    func setTime(_ time: Duration) {
        let (seconds, attoseconds) = time.components
        let milliseconds = max(1, Int(clamping: min(seconds, 86_400) * 1000 + attoseconds / 1_000_000_000_000_000))
        _ = ingot_curl_set_number(handle, CURLOPT_TIMEOUT_MS, milliseconds)
        _ = ingot_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds, 10_000))
    }

    /// The answer has no end: its body goes to `sink` piece by piece, and only a connection that is dead ends it.
    func makeEndless(_ sink: @escaping (UnsafeRawBufferPointer) -> Void) {
        self.sink = sink
        _ = ingot_curl_set_number(handle, CURLOPT_TIMEOUT_MS, 0)
        _ = ingot_curl_set_number(handle, CURLOPT_TCP_KEEPALIVE, 1)
    }

    var isLogin: Bool { request.isLogin }

    /// At least a part of the request has left.
    var hasLeft: Bool { ingot_curl_number(handle, CURLINFO_REQUEST_SIZE) > 0 }

    // MARK: What comes in

    fileprivate func take(headLine bytes: UnsafeRawBufferPointer) -> Bool {
        headBytes += bytes.count
        guard headBytes <= Self.headLimit else {
            isOversize = true
            return false
        }
        var line = Substring(String(decoding: bytes, as: UTF8.self))
        while let last = line.last, last.isNewline { line = line.dropLast() }
        if line.hasPrefix("HTTP/") {
            response = HTTPResponse()
            let afterVersion = line.drop { $0 != " " }.drop { $0 == " " }
            response.status = Int(afterVersion.prefix { $0 != " " }) ?? 0
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            response.headers.append(HTTPField(name: String(line[..<colon]), value: String(value)))
        }
        return true
    }

    fileprivate func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        if let sink, response.status == 200 {
            sink(bytes)
            return true
        }
        guard response.body.count + bytes.count <= Self.bodyLimit else {
            isOversize = true
            return false
        }
        response.body.append(contentsOf: bytes)
        return true
    }

    /// Why no sound answer came.
    func failure(_ code: CURLcode) -> PluginError {
        if isOversize {
            return PluginError(
                .protocol, "\(request.title): the answer is larger than \(Self.bodyLimit >> 20) MiB",
                maybeApplied: request.isChange)
        }
        if case .upload(let upload as ImageUpload) = request.body, let failure = upload.failure { return failure }
        var failure = CurlFailure(code).pluginError(request.title)
        failure.maybeApplied = request.isChange && hasLeft
        return failure
    }
}

private func receiveHead(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    return exchange.take(headLine: UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}

private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    return exchange.take(body: UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}
