// SPDX-License-Identifier: Apache-2.0
private import Crypto
internal import Host

/// What a certificate says, and whether it can be believed. Works without network.
public struct Verification: Sendable {
    public struct Line: Sendable, Equatable {
        public let isGood: Bool
        public let text: String
    }

    public private(set) var lines: [Line] = []
    /// Whether everything that was checked holds.
    public var holds: Bool { lines.allSatisfy(\.isGood) }

    /// Checks a certificate.
    /// - Throws: `KitError` when it cannot be read at all.
    public init(certificate: String, publicKeyPEM: String?, plugin: [UInt8]?) throws {
        let opened = try Envelope.open(certificate, publicKeyPEM: publicKeyPEM)
        switch (opened.isSigned, opened.signatureHolds) {
        case (true, .some(true)): add(true, "signature: holds")
        case (true, .some(false)): add(false, "signature: does not fit the key and the statement")
        case (true, nil): add(true, "signature: not checked, give --public-key")
        case (false, _):
            add(publicKeyPEM == nil, publicKeyPEM == nil ? "signature: none" : "signature: none, but a key was given")
        }
        let json: JSONValue
        do { json = try JSONParser.parse(opened.statement) } catch {
            throw KitError("the statement is not JSON: \(error)")
        }
        guard json["_type"]?.string == Certificate.statementType,
            json["predicateType"]?.string == Certificate.predicateType, let predicate = json["predicate"],
            let details = predicate["ingot"], let subject = json["subject"]?.elements.first
        else { throw KitError("the file is no driver certificate") }
        let digest = subject["digest"]?["sha256"]?.string ?? ""
        add(true, "plugin: \(subject["name"]?.string ?? "?") sha256 \(digest)")
        if let plugin {
            let own = SHA256.hash(data: plugin).map { byte in
                String(byte, radix: 16).count == 1 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
            }.joined()
            add(
                own == digest,
                own == digest ? "file: is the one that was checked" : "file: has sha256 \(own), another file")
        }
        add(true, "kit \(details["kit"]?.string ?? "?"), target \(details["target"]?.string ?? "?")")
        checkVerdict(predicate, details)
    }

    /// Whether the verdict follows from the outcomes.
    private mutating func checkVerdict(_ predicate: JSONValue, _ details: JSONValue) {
        let checks = details["checks"]?.elements ?? []
        let bad = checks.filter { check in
            guard check["level"]?.string == "MUST",
                let kind = check["outcome"]?.string.flatMap(Outcome.Kind.init(rawValue:))
            else { return check["level"]?.string != "SHOULD" }
            let denies: Set<Outcome.Kind> = [.fail, .crash, .hang, .skip, .knownFail]
            return denies.contains(kind)
        }
        let profile = details["profile"]?.string
        let says = details["verdict"]?.string == "earned"
        let name = profile.map { "profile \($0)" } ?? "no profile claimed"
        if says, profile != nil, !bad.isEmpty || checks.isEmpty {
            let ids = bad.compactMap { $0["id"]?.string }.joined(separator: ", ")
            add(false, "\(name): says earned, but does not follow from the checks (\(ids))")
        } else if says {
            add(predicate["result"]?.string == "PASSED", "\(name): earned, \(checks.count) checks")
        } else {
            let reasons = (details["reasons"]?.elements ?? []).compactMap(\.string).joined(separator: "; ")
            add(false, "\(name): denied (\(reasons))")
        }
    }

    private mutating func add(_ isGood: Bool, _ text: String) { lines.append(Line(isGood: isGood, text: text)) }
}
