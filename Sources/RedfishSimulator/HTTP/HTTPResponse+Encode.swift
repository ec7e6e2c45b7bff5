// SPDX-License-Identifier: Apache-2.0

extension HTTPResponse {
    /// The status line and headers as they go over the wire.
    func head(keepsAlive: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
        for field in headers {
            // Nothing that a handler puts into a header may begin another one.
            text += "\(field.name): \(field.value.filter { !$0.isNewline && $0 != "\0" })\r\n"
        }
        if stream == nil, status != 204, status != 304 { text += "Content-Length: \(body.count)\r\n" }
        text += "Connection: \(keepsAlive ? "keep-alive" : "close")\r\n\r\n"
        return Array(text.utf8)
    }

    /// The body as it goes over the wire; empty where HTTP has none.
    var sentBody: [UInt8] { isHeadOnly || status == 204 || status == 304 ? [] : body }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 409: "Conflict"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}
