// SPDX-License-Identifier: Apache-2.0

/// Messages as the host's trace gets them: one message, one report, without anything secret.
///
/// Left out are the fields that carry credentials; the value of any member of the body whose name says password, token,
/// key or secret is replaced. An upload is named by its size.
enum WireText {
    static let secretFields: Set<String> = [
        "authorization", "x-auth-token", "set-cookie", "cookie", "proxy-authorization", "www-authenticate",
    ]

    static func text(of request: HTTPRequest, host: String, headers: [HTTPField]) -> [UInt8] {
        var text = "\(request.method.rawValue) \(request.path) HTTP/1.1\r\nHost: \(host)\r\n"
        text += fields(headers) + "\r\n"
        switch request.body {
        case .none: break
        case .json(let body): text += redacted(body).encoded
        case .secret(let body): text += body.shown.encoded
        case .upload(let upload): text += "(\(upload.summary))"
        }
        return Array(text.utf8)
    }

    static func text(of response: HTTPResponse) -> [UInt8] {
        var bytes = Array("HTTP/1.1 \(response.status)\r\n\(fields(response.headers))\r\n".utf8)
        let looksSecret = response.body.withUnsafeBytes(mentionsSecret)
        if looksSecret, let body = try? JSONReader.read(response.body) {
            bytes += Array(redacted(body).encoded.utf8)
        } else if !looksSecret {
            bytes += response.body
        }
        return bytes
    }

    private static let secretWords = ["assword", "oken", "ecret", "rivate"].map { Array($0.utf8) }

    /// One of the words is somewhere in the bytes. Every answer passes here, so it is one walk.
    private static func mentionsSecret(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for (start, byte) in bytes.enumerated() {
            for word in secretWords where word[0] == byte && bytes[start...].starts(with: word) { return true }
        }
        return false
    }

    private static func fields(_ fields: [HTTPField]) -> String {
        fields.filter { !secretFields.contains($0.name.lowercased()) }
            .reduce(into: "") { $0 += "\($1.name): \($1.value)\r\n" }
    }

    /// The value with the text of every member that is named like a secret replaced.
    static func redacted(_ value: JSON) -> JSON {
        switch value {
        case .object(let members):
            var members = members
            for (name, member) in members {
                if isSecret(name), case .string = member {
                    members[name] = "***"
                } else {
                    members[name] = redacted(member)
                }
            }
            return .object(members)
        case .array(let elements): return .array(elements.map(redacted))
        default: return value
        }
    }

    private static func isSecret(_ member: String) -> Bool {
        let name = member.lowercased()
        return ["password", "secret", "token", "privatekey", "encryptionkey", "authenticationkey"].contains {
            name.hasSuffix($0)
        }
    }
}
