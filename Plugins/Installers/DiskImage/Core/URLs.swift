// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// The deployment server as machines reach it: `http://HOST:PORT`, nothing after it.
struct ServerURL: CheckedText {
    let text: String

    init(checking text: String) throws(Refusal) {
        let refusal = Refusal("is not of the form http://ADDRESS:PORT")
        guard text.hasPrefix("http://") else { throw refusal }
        let authority = text.dropFirst("http://".count)
        guard let colon = authority.lastIndex(of: ":") else { throw refusal }
        let host = String(authority[..<colon])
        let port = authority[authority.index(after: colon)...]
        guard port.allSatisfy({ $0.isASCII && $0.isNumber }), let number = UInt16(port), number > 0 else {
            throw refusal
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            guard IPAddress(String(host.dropFirst().dropLast()))?.family == .v6 else { throw refusal }
        } else {
            guard IPAddress(host)?.family == .v4 || (try? Hostname(checking: host)) != nil else { throw refusal }
        }
        self.text = text
    }
}

/// A URL that cloud-init calls when the installed system is up.
struct CallbackURL: CheckedText {
    let text: String

    init(checking text: String) throws(Refusal) {
        let excluded = "\"<>\\^`{|}'".unicodeScalars
        let rest = ["http://", "https://"].first { text.hasPrefix($0) }.map { text.dropFirst($0.count) }
        guard let rest, let first = rest.first, first != "/", text.utf8.count <= 2048,
            text.unicodeScalars.allSatisfy({ $0.isVisibleASCII && !excluded.contains($0) })
        else { throw Refusal("is not an http or https URL") }
        self.text = text
    }
}
