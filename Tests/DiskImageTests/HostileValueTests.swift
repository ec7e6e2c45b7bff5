// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginKit
import Testing
import Yams

@testable import DiskImage

/// Whatever a value holds, either it is refused or what is read back from the files is that value and nothing else.
@Suite struct HostileValueTests {
    private static let pieces = [
        "\"", "\\", "'", "\n", "\r", "\t", ": ", "- ", "#", "&a", "*a", "!!", "{", "}", "[", "]", "|", ">", "%", "@",
        "`",
        "\u{0}", "\u{1b}", "\u{7f}", "\u{85}", "\u{2028}", "\u{feff}", "\u{1f600}", "\u{e9}", "---", "...", "${a}",
        "$(b)",
        "null", "true", "0x10", "1e3", "~", "a", "Z", "9", " ", "  ", ",", "=", "<<", "\\x41", "ssh-ed25519 AAAA ",
    ]

    private func hostile(_ generator: inout some RandomNumberGenerator) -> String {
        (0..<Int.random(in: 1...6, using: &generator))
            .map { _ in Self.pieces.randomElement(using: &generator) ?? "" }.joined()
    }

    /// Yams gives scalars back without a leading byte order mark and up to a NUL, so it can be no judge of these two.
    private func judgeable(_ text: String) -> String {
        "x" + text.replacingOccurrences(of: "\u{0}", with: "\u{1}")
    }

    /// The values of a parsed document as text, each with its path.
    private func flatten(_ node: Node, _ path: String = "", into values: inout [String: String]) {
        switch node {
        case .scalar(let scalar): values[path] = scalar.string
        case .mapping(let mapping):
            for (key, value) in mapping { flatten(value, path + "/" + (key.string ?? "?"), into: &values) }
        case .sequence(let sequence):
            for (index, value) in sequence.enumerated() { flatten(value, "\(path)/\(index)", into: &values) }
        case .alias: values[path] = "alias"
        }
    }

    private func parse(_ document: String) throws -> [String: String] {
        var values: [String: String] = [:]
        let documents = try Array(Yams.compose_all(yaml: document))
        #expect(documents.count == 1)
        flatten(try #require(documents.first), into: &values)
        return values
    }

    @Test func everyStringSurvivesTheEncoder() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            let first = judgeable(hostile(&generator))
            let second = judgeable(hostile(&generator))
            let document = YAML.mapping([
                ("a", .string(first)), ("b", .sequence([.string(second), .mapping([("c", .string(first))])])),
                ("d", .boolean(true)),
            ]).document
            let expected = ["/a": first, "/b/0": second, "/b/1/c": first, "/d": "true"]
            #expect(try parse(document) == expected)
            #expect(document.utf8.allSatisfy { $0 == 0x0a || (0x20...0x7e).contains($0) })
        }
    }

    @Test func noRequestChangesTheShapeOfTheFiles() throws {
        var generator = SystemRandomNumberGenerator()
        let paths = [
            "hostname", "ssh_keys.0", "machine.name", "networks.0.address", "networks.0.gateway", "networks.0.dns.0",
            "networks.0.mac", "phone_home", "disk.serial", "disk.wwn", "token", "console", "server",
        ]
        let usual = try Rendering(RenderRequest(json: RequestBuilder().json)).files
        let usualShape = Set(try parse(content("answer/user-data", usual)).keys)
        let usualNetwork = Set(try parse(content("answer/network-config", usual)).keys)
        var taken = 0
        for round in 0..<6_000 {
            let path = paths[round % paths.count]
            let value = (path == "ssh_keys.0" ? "ssh-ed25519 AAAA " : "") + hostile(&generator)
            let files: [(key: String, content: String)]
            do {
                files = try Rendering(RenderRequest(json: RequestBuilder().with(path, value).json)).files
            } catch {
                #expect(error.status == .invalid)
                continue
            }
            taken += 1
            let userData = try parse(content("answer/user-data", files))
            #expect(Set(userData.keys).subtracting(["/fqdn"]) == usualShape.subtracting(["/fqdn"]))
            #expect(Set(try parse(content("answer/network-config", files)).keys) == usualNetwork)
            let metaData = try parse(content("answer/meta-data", files))
            #expect(Set(metaData.keys) == ["/instance-id", "/local-hostname"])
            if path == "machine.name" { #expect(metaData["/instance-id"] == "ingot-" + value) }
            if path == "ssh_keys.0" { #expect(userData["/ssh_authorized_keys/0"] == value) }
            let words = content("boot/cmdline", files).split(separator: " ", omittingEmptySubsequences: false)
            #expect(words.map { String($0.prefix { $0 != "=" }) } == ["ingot.server", "ingot.token", "console"])
            let keys = content("answer/plan", files).split(separator: "\n").map { String($0.prefix { $0 != "=" }) }
            var expected = ["plan", "image.size", "image.sha256", "image.compression", "disk.serial"]
            expected += path == "disk.wwn" ? ["disk.wwn"] : []
            #expect(keys == expected + ["disk.min_bytes", "seed.files"])
        }
        #expect(taken > 50)
    }

    private func content(_ key: String, _ files: [(key: String, content: String)]) -> String {
        files.first { $0.key == key }?.content ?? ""
    }
}
