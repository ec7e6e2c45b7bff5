// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

/// What the service remembers of the ETags it has given.
struct ETagState: Sendable {
    /// How many tags were given, for services that give a new one at every GET.
    var given = 0
    /// The newest tag of each path, where that matters; the paths are bounded by the routes.
    var newest: [String: String] = [:]
    /// Changes that the representation does not show, such as a password.
    var revisions: [String: Int] = [:]
}

extension RedfishService {
    /// The opaque part of a resource's ETag: a hash over what it says, without its clock.
    func opaqueTag(of resource: JSON, at path: String) -> String {
        var plain = resource
        plain["DateTime"] = nil
        let hash = UInt64.fnv1a(plain.bytes + Array("\(etags.revisions[path] ?? 0)".utf8))
        let text = String(hash, radix: 16, uppercase: true)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    mutating func noteChange(at path: String) {
        guard etags.revisions.count < 1000 || etags.revisions[path] != nil else { return }
        etags.revisions[path, default: 0] += 1
    }

    /// The ETag that a GET shows.
    mutating func issueTag(of resource: JSON, at path: String) -> String {
        let opaque = opaqueTag(of: resource, at: path)
        etags.given += 1
        if behaves(.etagFresh) {
            let tag = "\"\(opaque)-\(etags.given)\""
            if etags.newest.count < 1000 || etags.newest[path] != nil { etags.newest[path] = tag }
            return tag
        }
        if faults.present("etag-weak") != nil {
            return etags.given % 2 == 0 ? "W/\"\(opaque)-gzip\"" : "W/\"\(opaque)\""
        }
        return behaves(.etagStrongOnly) ? "W/\"\(opaque)\"" : "\"\(opaque)\""
    }

    /// Why a change may not be made to the resource as it is now (RFC 9110 section 13.1.1).
    func precondition(_ exchange: Exchange, _ resource: JSON) -> HTTPResponse? {
        let given = exchange.request.header("If-Match")?.trimmed
        let failed = HTTPResponse.error(412, Message(.preconditionFailed))
        if given != nil, behaves(.etagNever) || faults.present("etag-refused") != nil { return failed }
        let needed = behaves(.etagRequired) || behaves(.etagStrongOnly) || faults.present("etag-required") != nil
        guard let given else {
            if behaves(.etagFresh) { return failed }
            return needed
                ? .error(
                    428,
                    Message(
                        vendor: "\(BaseMessage.prefix).PreconditionHeaderMissing", "The If-Match header is missing."))
                : nil
        }
        if given == "*" { return nil }
        let opaque = opaqueTag(of: resource, at: exchange.path)
        let offered = given.split(separator: ",").map(\.trimmed)
        if behaves(.etagFresh) { return offered.contains { $0 == etags.newest[exchange.path] } ? nil : failed }
        let accepted =
            faults.present("etag-weak") == nil ? ["\"\(opaque)\""] : ["\"\(opaque)\"", "W/\"\(opaque)\""]
        return offered.contains { accepted.contains($0) } ? nil : failed
    }

    /// The weak comparison of `If-None-Match`.
    static func matches(_ header: String, _ tag: String) -> Bool {
        func opaque(_ tag: String) -> String { tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag }
        return header.trimmed == "*" || header.split(separator: ",").contains { opaque($0.trimmed) == opaque(tag) }
    }

    /// Compresses a body as a service does that does not care for ETags.
    func compressed(_ response: HTTPResponse, _ exchange: Exchange) -> HTTPResponse {
        guard !response.body.isEmpty, response.stream == nil,
            exchange.request.header("Accept-Encoding")?.trimmed.lowercased() != "identity"
        else { return response }
        var response = response
        response.body = Gzip.encode(response.body)
        response.set("Content-Encoding", "gzip")
        if let tag = response.header("ETag"), tag.hasSuffix("\"") { response.set("ETag", tag.dropLast() + "-gzip\"") }
        return response
    }
}
