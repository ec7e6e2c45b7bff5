// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Glibc
import PluginTesting

/// A real `ipmi_sim` process in a folder of its own, with a machine that is two files: `power` and `boot`.
///
/// Its chassis script notes every *set* in `bmc.log`. `stop` ends the process, by its pid, and removes the folder.
final class SimulatedBMC: Sendable {
    static let user = (name: "admin", password: "canary-S3cret")
    static let viewer = (name: "viewer", password: "canary-View1")

    let folder: URL
    let address: String
    let port: UInt16
    private let process: PeerProcess

    struct Failure: Error { var reason: String }

    /// Starts a BMC; `script` is shell that runs before the chassis script's own work and may `exit`, with the words of
    /// the call in `$operation`, `$1`, `$2`.
    /// `emulation` is added to the emulator's commands; `sol` is the TCP port the serial console is connected to.
    init(
        address: String = "127.0.0.1", script: String = "", fru: [UInt8]? = nil, emulation more: String = "",
        sol: UInt16? = nil
    ) throws {
        self.address = address
        port = try Self.freePort(address)
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-bmc-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("state"), withIntermediateDirectories: true)
        try Self.write("0\n", folder, "power")
        try Self.write("none\n", folder, "boot")
        try Self.write("", folder, "bmc.log")
        try Self.write(Self.chassisScript(script), folder, "chassis.sh")
        let serial = sol.map { "sol \"tcp:127.0.0.1:\($0)\" 115200" } ?? ""
        try Self.write(Self.lanConfiguration(folder, address, port, serial), folder, "lan.conf")
        var emulation = "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\n"
        emulation += "sel_enable 0x20 1000 0x0a\n"
        if let fru {
            try Data(fru).write(to: folder.appendingPathComponent("fru.bin"))
            emulation += "mc_add_fru_data 0x20 0 \(fru.count) file 0 \"\(folder.path)/fru.bin\"\n"
        }
        try Self.write(emulation + more + "\nmc_enable 0x20\n", folder, "bmc.emu")
        process = try PeerProcess(
            "ipmi_sim",
            ["-c", folder.path + "/lan.conf", "-f", folder.path + "/bmc.emu", "-s", folder.path + "/state", "-n"],
            output: folder.path + "/output")
        try waitUntilUp()
    }

    /// Ends the process and waits for it.
    func stop() {
        process.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Holds the process up, so that it hears nothing and answers nothing.
    func freeze() { process.freeze() }

    func thaw() { process.thaw() }

    /// What the chassis script was told to set, in order, without times.
    var sets: [String] {
        let text = (try? String(contentsOf: folder.appendingPathComponent("bmc.log"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    /// The chassis script has made a file of this name.
    func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: folder.path + "/" + file) }

    /// What ipmitool prints, which is the judge of the BMC's state.
    func ipmitool(_ arguments: String...) async throws -> String { try await ipmitool(arguments) }

    func ipmitool(_ arguments: [String]) async throws -> String {
        try await onOwnThread { Swift.Result { try self.runIpmitool(arguments) } }.get()
    }

    private func runIpmitool(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "ipmitool", "-I", "lanplus", "-C", "3", "-H", address, "-p", String(port), "-U", Self.user.name, "-P",
                Self.user.password,
            ] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// `on` or `off`, by ipmitool.
    var power: String {
        get async throws {
            try await ipmitool("power", "status").replacingOccurrences(of: "Chassis Power is ", with: "")
        }
    }

    /// A UDP port that nobody listens on now.
    static func freePort(_ address: String) throws -> UInt16 {
        guard let socket = TestSocket(address, 0) else { throw Failure(reason: "no socket on \(address)") }
        defer { socket.close() }
        return socket.port
    }

    private func waitUntilUp() throws {
        guard let client = TestSocket(connectedTo: address, port) else { throw Failure(reason: "no socket") }
        defer { client.close() }
        let ping = PresessionPing.packet
        for _ in 0..<200 {
            client.send(ping)
            if client.receive(milliseconds: 50) != nil { return }
            usleep(10_000)
        }
        stop()
        throw Failure(reason: "ipmi_sim does not answer")
    }

    private static func write(_ text: String, _ folder: URL, _ name: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    private static func chassisScript(_ before: String) -> String {
        """
        cd "$1" || exit 1
        operation=$2
        shift 2
        \(before)
        case "$operation $1" in
        "get power") echo "power:$(cat power)" ;;
        "get boot") echo "boot:$(cat boot)" ;;
        get*) exit 1 ;;
        set*)
            echo "set $*" >> bmc.log
            while [ $# -gt 1 ]; do
                case "$1" in
                power) echo "$2" > power ;;
                boot) echo "$2" > boot ;;
                shutdown) echo 0 > power ;;
                esac
                shift 2
            done ;;
        esac

        """
    }

    private static func lanConfiguration(
        _ folder: URL, _ address: String, _ port: UInt16, _ serial: String
    ) -> String {
        """
        name "bmc"
        set_working_mc 0x20
          startlan 1
            addr \(address) \(port)
            priv_limit admin
            allowed_auths_callback none md2 md5 straight
            allowed_auths_user none md2 md5 straight
            allowed_auths_operator none md2 md5 straight
            allowed_auths_admin none md2 md5 straight
            guid a123456789abcdefa123456789abcdef
          endlan
          chassis_control "/bin/sh \(folder.path)/chassis.sh \(folder.path)"
          \(serial)
          user 1 true "" "test" user 10 none md2 md5 straight
          user 2 true "\(user.name)" "\(user.password)" admin 10 none md2 md5 straight
          user 3 true "\(viewer.name)" "\(viewer.password)" user 10 none md2 md5 straight

        """
    }
}

/// Get Channel Authentication Capabilities, written down by hand: any BMC answers it outside a session.
enum PresessionPing {
    static let packet: [UInt8] = [
        0x06, 0x00, 0xff, 0x07, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0x09,
        0x20, 0x18, 0xc8, 0x81, 0x00, 0x38, 0x8e, 0x04, 0xb5,
    ]
}
