// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginTesting

/// OpenStack's virtualpdu: an APC rack PDU that Ingot did not write, with libvirt's test machine on outlet 5.
final class VirtualPDU: Sendable {
    /// The Python environment; nil when it cannot be made here.
    static let environment: URL? = {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let folder = tests.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("build/virtualpdu-venv")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments = ["150", "/bin/sh", tests.appendingPathComponent("virtualpdu-venv.sh").path, folder.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? folder : nil
    }()

    let port: UInt16
    let client: SNMPClient
    private let folder: URL
    private let process: PeerProcess

    /// Starts it; the machine runs. Versions 1 and 2c have the community `private`, version 3 the user `ingot`.
    init(version3: Bool = false) throws {
        guard let environment = Self.environment else { throw SNMPClient.Failure(reason: "no Python environment") }
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-vpdu-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        port = try SNMPAgent.freePort()
        var text = """
            [global]
            libvirt_uri = test:///default
            [rack1]
            listen_address = 127.0.0.1
            listen_port = \(port)
            community = private
            ports = 5:test

            """
        if version3 {
            text += """
                snmp_versions = 2c,3
                engine_id = 8000000001020304
                user = ingot
                auth_protocol = SHA
                auth_key = \(SNMPAgent.password)
                priv_protocol = AES
                priv_key = \(SNMPAgent.privacy)

                """
        }
        try Data(text.utf8).write(to: folder.appendingPathComponent("pdu.ini"))
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "libvirt-pdu.py")
        process = try PeerProcess(
            environment.appendingPathComponent("bin/python").path,
            [script.path, folder.path + "/pdu.ini", folder.path + "/state"], output: folder.path + "/output")
        client = SNMPClient(port: port, folder: folder)
        guard client.waitUntilUp(seconds: 30) else {
            let output = (try? String(contentsOf: folder.appendingPathComponent("output"), encoding: .utf8)) ?? ""
            stop()
            throw SNMPClient.Failure(reason: "virtualpdu does not answer: \(output.suffix(500))")
        }
    }

    func stop() {
        process.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Whether libvirt's machine comes to run, or to be off, within a few seconds: "on" or "off" as it was seen last.
    func machine(becomes state: String) async throws -> String {
        var seen = ""
        for _ in 0..<200 {
            seen = (try? String(contentsOf: folder.appendingPathComponent("state"), encoding: .utf8)) ?? ""
            if seen == state { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        return seen
    }
}
