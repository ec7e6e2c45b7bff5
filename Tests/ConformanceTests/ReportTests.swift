// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Conformance

@Suite("Reports")
struct ReportTests {
    static func report(_ kinds: [(String, Outcome)], profile: Profile? = .basic) -> Report {
        var options = CheckOptions(library: "/plugins/x.so", program: "/usr/bin/ingot")
        options.target = .simulator("line")
        options.profile = profile
        let results = kinds.compactMap { id, outcome in
            CheckTable.named(id).map {
                CheckResult(check: $0, outcome: outcome, reproduction: options.reproduction(of: $0))
            }
        }
        let facts = PluginFacts(
            id: "dev.example.x", name: "X", version: "1", license: "0BSD",
            extensions: ["ingot.driver/1", "ingot.power/1", "ingot.boot/1"], loadNanoseconds: 1)
        return Report(
            options: options, plugin: facts, results: results, libraryDigest: String(repeating: "a", count: 64))
    }

    @Test func aFailedMustDeniesAndASkippedOneToo() {
        #expect(Self.report([("loads", Outcome(.pass))]).verdict.isEarned)
        #expect(!Self.report([("loads", Outcome(.fail))]).verdict.isEarned)
        #expect(!Self.report([("loads", Outcome(.crash))]).verdict.isEarned)
        #expect(!Self.report([("loads", Outcome(.knownFail))]).verdict.isEarned)
        let skipped = Self.report([("loads", Outcome(.skip, reason: "no reason"))]).verdict
        #expect(skipped.reasons == ["loads: skipped (no reason)"])
        #expect(Self.report([("sanitizers", Outcome(.skip)), ("loads", Outcome(.pass))]).verdict.isEarned)
        #expect(Self.report([("loads", Outcome(.notApplicable))]).verdict.isEarned)
    }

    @Test func aProfileNeedsItsInterfaces() {
        let verdict = Self.report([("loads", Outcome(.pass))], profile: .lifecycle).verdict
        #expect(!verdict.isEarned)
        #expect(verdict.reasons.contains("the driver has no interface inventory"))
        #expect(verdict.reasons.contains("the driver has none of console, media"))
    }

    @Test(.enabled(if: ZooLab.has("/usr/bin/prove"), "the program prove (package perl) is not installed"))
    func foreignReadersUnderstandTheTAP() throws {
        var writer = TAPWriter()
        var hostile = Outcome(.fail, expected: "a \"quoted\" thing\nand more", seen: "bytes \u{1B}[31m # and : - ---")
        hostile.output = "ok 7 - not a line of ours\n..."
        let report = Self.report([
            ("loads", Outcome(.pass)), ("ipv6", hostile), ("soak", Outcome(.warn)),
            ("fuzz", Outcome(.skip, reason: "a # b")),
        ])
        var text = writer.head(report.results.count)
        for result in report.results { text += writer.lines(result) }
        text += writer.verdict(report)
        // Perl reads versions up to 13; what is written here means the same in both.
        #expect(text.hasPrefix("TAP version 14\n"))
        text = text.replacing("TAP version 14", with: "TAP version 13")
        let file = NSTemporaryDirectory() + UUID().uuidString + ".tap"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let proved = try ZooLab.run("/usr/bin/prove", ["-e", "/bin/cat", file])
        #expect(proved.status == 1)
        #expect(proved.output.contains("Failed test:  2"), "\(proved.output)")
        #expect(!proved.output.contains("Parse errors"), "\(proved.output)")
    }

    @Test(.enabled(if: ZooLab.has("/usr/bin/python3"), "python3 is not installed"))
    func foreignReadersUnderstandTheJUnit() throws {
        let report = Self.report([
            ("loads", Outcome(.pass)), ("ipv6", Outcome(.fail, expected: "<&\">", seen: "\u{0}\u{1B} ]]>")),
            ("fuzz", Outcome(.skip, reason: "why \"not\"")), ("deadline", Outcome(.hang)),
        ])
        let file = NSTemporaryDirectory() + UUID().uuidString + ".xml"
        try JUnitWriter.text(report).write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let script = """
            import sys, xml.etree.ElementTree as e
            r = e.parse(sys.argv[1]).getroot()
            print(r.get("tests"), r.get("failures"), r.get("errors"), r.get("skipped"), [s.get("name") for s in r],
                  [x.get("message") for x in r.iter("skipped")])
            """
        let read = try ZooLab.run("/usr/bin/python3", ["-c", script, file])
        #expect(
            read.output == "4 1 1 1 ['library', 'open', 'faults', 'concurrency'] ['why \"not\"']\n", "\(read.output)")
    }

    @Test func whatAVerdictSaysFollowsFromItsChecks() throws {
        let good = Certificate.statement(Self.report([("loads", Outcome(.pass))]))
        #expect(try Verification(certificate: good, publicKeyPEM: nil, plugin: nil).holds)
        let lie = good.replacing("\"outcome\":\"pass\"", with: "\"outcome\":\"fail\"")
        #expect(lie != good)
        #expect(try !Verification(certificate: lie, publicKeyPEM: nil, plugin: nil).holds)
        let denied = Certificate.statement(Self.report([("loads", Outcome(.fail, seen: "no"))]))
        #expect(try !Verification(certificate: denied, publicKeyPEM: nil, plugin: nil).holds)
        #expect(try !Verification(certificate: good, publicKeyPEM: nil, plugin: [1, 2, 3]).holds)
        #expect(throws: KitError.self) { try Verification(certificate: "{}", publicKeyPEM: nil, plugin: nil) }
    }

    @Test(.enabled(if: ZooLab.has("/usr/bin/openssl"), "openssl is not installed"))
    func signaturesAreThoseOfOpenSSL() throws {
        let directory = NSTemporaryDirectory() + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for name in ["key", "other"] {
            _ = try ZooLab.run(
                "/usr/bin/openssl", ["genpkey", "-algorithm", "ed25519", "-out", "\(directory)/\(name).pem"])
            _ = try ZooLab.run(
                "/usr/bin/openssl",
                ["pkey", "-in", "\(directory)/\(name).pem", "-pubout", "-out", "\(directory)/\(name).pub"])
        }
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
        }
        let statement = Certificate.statement(Self.report([("loads", Outcome(.pass))]))
        let envelope = try Envelope.sign(statement, keyPEM: text("key.pem"))
        #expect(try Verification(certificate: envelope, publicKeyPEM: text("key.pub"), plugin: nil).holds)
        #expect(try !Verification(certificate: envelope, publicKeyPEM: text("other.pub"), plugin: nil).holds)
        #expect(throws: KitError.self) { try Envelope.sign(statement, keyPEM: "no key") }
        // OpenSSL checks the same signature over DSSE's encoding of the payload.
        let object = try #require(try JSONSerialization.jsonObject(with: Data(envelope.utf8)) as? [String: Any])
        let signatures = try #require(object["signatures"] as? [[String: String]])
        let signature = try #require(signatures.first?["sig"].flatMap { Data(base64Encoded: $0) })
        let payload = Data(statement.utf8)
        let type = "application/vnd.in-toto+json"
        try (Data("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload)
            .write(to: URL(filePath: directory + "/signed"))
        try signature.write(to: URL(filePath: directory + "/sig"))
        let checked = try ZooLab.run(
            "/usr/bin/openssl",
            [
                "pkeyutl", "-verify", "-pubin", "-inkey", "\(directory)/key.pub", "-rawin", "-in",
                "\(directory)/signed", "-sigfile", "\(directory)/sig",
            ])
        #expect(checked.status == 0, "\(checked.output)")
    }
}
