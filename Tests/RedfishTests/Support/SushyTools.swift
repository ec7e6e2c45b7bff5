// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import PluginTesting

/// OpenStack's sushy-tools with its fake driver: a Redfish service that Ingot did not write.
final class SushyTools: Sendable {
    static let user = (name: "admin", password: OpenDevice.password)

    /// The Python environment; nil when it cannot be made here.
    static let environment: URL? = {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let script = package.appendingPathComponent("Tests/RedfishTests/sushy-venv.sh").path
        let folder = package.appendingPathComponent("build/sushy-venv")
        guard (try? run("/bin/sh", [script, folder.path], seconds: 150))?.status == 0 else { return nil }
        return folder
    }()

    /// The samples of BMCs' answers that the sushy library is tested with.
    static var samples: URL? {
        guard let lib = environment?.appendingPathComponent("lib"),
            let python = try? FileManager.default.contentsOfDirectory(atPath: lib.path).first
        else { return nil }
        let folder = lib.appendingPathComponent(python).appendingPathComponent("site-packages/sushy/tests")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }

    let folder: URL
    let port: UInt16
    let isSecure: Bool
    private let process: PeerProcess

    struct Failure: Error { var reason: String }

    static let systemID = "27946b59-9e44-4fa7-8e91-f3527a1ef094"
    static let mac = "00:5c:52:31:3a:9c"

    /// Starts the emulator with one machine that is off; `secure` means https with a password.
    init(secure: Bool = false) throws {
        guard let environment = Self.environment else { throw Failure(reason: "no Python environment") }
        isSecure = secure
        port = try Self.freePort()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-sushy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var settings = """
            SUSHY_EMULATOR_LISTEN_IP = '127.0.0.1'
            SUSHY_EMULATOR_LISTEN_PORT = \(port)
            SUSHY_EMULATOR_FAKE_DRIVER = True
            SUSHY_EMULATOR_STATE_DIR = '\(folder.path)'
            SUSHY_EMULATOR_FEATURE_SET = 'full'
            SUSHY_EMULATOR_FAKE_SYSTEMS = [{'uuid': '\(Self.systemID)', 'name': 'fake1', 'power_state': 'Off',
                'nics': [{'mac': '\(Self.mac)', 'ip': '172.22.0.100'}], 'external_notifier': False}]

            """
        if secure {
            try Self.makeCertificate(folder)
            try Self.makePasswordFile(folder, environment)
            settings += """
                SUSHY_EMULATOR_SSL_CERT = '\(folder.path)/cert.pem'
                SUSHY_EMULATOR_SSL_KEY = '\(folder.path)/key.pem'
                SUSHY_EMULATOR_AUTH_FILE = '\(folder.path)/htpasswd'

                """
        }
        try Data(settings.utf8).write(to: folder.appendingPathComponent("emulator.conf"))
        process = try PeerProcess(
            environment.appendingPathComponent("bin/sushy-emulator").path,
            ["--config", folder.path + "/emulator.conf", "--fake"], output: folder.path + "/output")
        try waitUntilUp()
    }

    func stop() {
        process.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    var address: String { "\(isSecure ? "https" : "http")://127.0.0.1:\(port)" }

    /// The system as curl sees it, which is the judge of the machine's state.
    func system() throws -> [String: Any] {
        let arguments = [
            "--silent", "--insecure", "--max-time", "10", "--user", "\(Self.user.name):\(Self.user.password)",
            "\(address)/redfish/v1/Systems/\(Self.systemID)",
        ]
        let output = try Self.run("/usr/bin/env", ["curl"] + arguments).output
        return (try JSONSerialization.jsonObject(with: output)) as? [String: Any] ?? [:]
    }

    /// The SHA-256 of the certificate's public key, in hexadecimal, as openssl tells it.
    func publicKeyDigest() throws -> String {
        let script =
            "openssl x509 -in '\(folder.path)/cert.pem' -pubkey -noout | openssl pkey -pubin -outform der"
            + " | openssl dgst -sha256 -r | cut -d' ' -f1"
        let output = try Self.run("/bin/sh", ["-c", script]).output
        return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func waitUntilUp() throws {
        for _ in 0..<300 {
            if (try? system())?["PowerState"] != nil { return }
            usleep(50_000)
        }
        let output = (try? String(contentsOf: folder.appendingPathComponent("output"), encoding: .utf8)) ?? ""
        stop()
        throw Failure(reason: "sushy-emulator does not answer: \(output.suffix(500))")
    }

    private static func makeCertificate(_ folder: URL) throws {
        let result = try run(
            "/usr/bin/env",
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder.path + "/key.pem", "-out",
                folder.path + "/cert.pem",
            ])
        guard result.status == 0 else { throw Failure(reason: "openssl made no certificate") }
    }

    private static func makePasswordFile(_ folder: URL, _ environment: URL) throws {
        let script = """
            import bcrypt, sys
            hashed = bcrypt.hashpw(sys.argv[2].encode(), bcrypt.gensalt(4)).decode()
            open(sys.argv[3], 'w').write(sys.argv[1] + ':' + hashed + '\\n')
            """
        let result = try run(
            environment.appendingPathComponent("bin/python").path,
            ["-c", script, user.name, user.password, folder.path + "/htpasswd"])
        guard result.status == 0 else { throw Failure(reason: "bcrypt made no password file") }
    }

    private static func freePort() throws -> UInt16 {
        let service = try ScriptedService { _ in .notFound }
        defer { service.stop() }
        return service.port
    }

    /// Runs a program to its end, at most for so long.
    static func run(_ program: String, _ arguments: [String], seconds: Int = 30) throws -> (
        status: Int32, output: Data
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["timeout", String(seconds), program] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, data)
    }
}
