// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import PluginTesting

/// Net-SNMP's snmpd with a PDU's outlets behind it, and snmpget as the second client.
final class SNMPAgent: Sendable {
    static let password = "authentic-passphrase"
    static let privacy = "private-passphrase"

    let folder: URL
    let port: UInt16
    private let process: PeerProcess
    private let client: SNMPClient

    struct Failure: Error { var reason: String }

    /// Words of `authentication` with snmpd's; DES and AES for each, and one without privacy.
    static let authentications = [
        ("md5", "MD5"), ("sha", "SHA"), ("sha-224", "SHA-224"), ("sha-256", "SHA-256"), ("sha-384", "SHA-384"),
        ("sha-512", "SHA-512"),
    ]

    init(outlets: [Int: String]) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-pdu-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (number, state) in outlets {
            try Data("\(state)\n".utf8).write(to: folder.appendingPathComponent("outlet.\(number)"))
        }
        port = try Self.freePort()
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("pdu.sh").path
        var lines = [
            "agentaddress udp:127.0.0.1:\(port)", "rocommunity readonly 127.0.0.1", "rwcommunity private 127.0.0.1",
            "createUser plain", "rwuser plain noauth",
        ]
        for (word, name) in Self.authentications {
            lines.append("createUser \(word) \(name) \"\(Self.password)\"")
            lines.append("rwuser \(word) auth")
            for cipher in ["des", "aes"] {
                lines.append(
                    "createUser \(word)-\(cipher) \(name) \"\(Self.password)\" \(cipher.uppercased()) \"\(Self.privacy)\""
                )
                lines.append("rwuser \(word)-\(cipher) priv")
            }
        }
        for base in ["318.1.1.12", "318.1.1.26", "13742.6.4", "534.6.6.7"] {
            lines.append("pass .1.3.6.1.4.1.\(base) /bin/sh \(script) \(folder.path)")
        }
        try Data(lines.joined(separator: "\n").appending("\n").utf8).write(
            to: folder.appendingPathComponent("snmpd.conf"))
        process = try PeerProcess(
            "/usr/sbin/snmpd", ["-f", "-C", "-c", folder.path + "/snmpd.conf", "-Lf", folder.path + "/log"],
            output: folder.path + "/output",
            environment: ["SNMP_PERSISTENT_DIR=\(folder.path)/persistent", "MIBS=", "PATH=/usr/bin:/bin"])
        client = SNMPClient(port: port, folder: folder)
        guard client.waitUntilUp(seconds: 20) else {
            stop()
            throw Failure(reason: "snmpd does not answer")
        }
    }

    func stop() {
        process.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Stops it without ending it, as a PDU that hangs.
    func freeze() { process.freeze() }
    func thaw() { process.thaw() }

    /// What the other client reads from an APC rack PDU's state object.
    func reads(_ outlet: Int) throws -> String { try client.reads(outlet) }

    /// The SETs that arrived, as "outlet value".
    var sets: [String] {
        let text = (try? String(contentsOf: folder.appendingPathComponent("sets"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    func put(_ text: String, into file: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(file))
    }

    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let done = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard done else { throw Failure(reason: "no free port") }
        return UInt16(bigEndian: address.sin_port)
    }
}
